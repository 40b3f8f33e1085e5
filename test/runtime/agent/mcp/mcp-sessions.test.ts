import { postJson } from '../../../support/http';
import { asksFor, says } from '../../../support/scripted-model';
import { startSessionServer } from '../../../support/session-server';
import { startTestTelemetry } from '../../../support/telemetry';
import { closeAll, open, openLead, QUESTION } from '../../../support/open-lead';

const telemetry = startTestTelemetry();

beforeEach(() => telemetry.reset());
afterEach(closeAll);
afterAll(() => telemetry.close());

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

test('a call tells the protocol that was agreed on and the session that it is part of, until that is another', async () => {
  const before = await startSessionServer();
  const { agent } = await openLead(
    (_request, index) => (index % 2 === 0 ? asksFor(['echo', { text: 'hi' }]) : says('done')),
    { mcpServers: [{ name: 'sessions', url: before.url }] },
  );
  const ask = () => postJson(`${agent.url}/v1/chat/completions`, QUESTION);
  await ask();
  await ask();
  await before.close();
  open.push(await startSessionServer(before.port));
  await fetch(before.url);
  await ask();
  const calls = telemetry.spans.filter(({ name }) => name === 'mcp.tool.echo');
  const told = calls.map(({ attributes }) => attributes);
  expect(told.map((attributes) => attributes['mcp.protocol.version'])).toEqual([
    ...['2025-11-25', '2025-11-25', '2025-11-25'],
  ]);
  const [first, second, third] = told.map((attributes) => attributes['mcp.session.id']);
  expect(first).toMatch(UUID);
  expect(second).toBe(first);
  expect(third).toMatch(UUID);
  expect(third).not.toBe(first);
});

test('no metric has the session among its labels', async () => {
  const server = await startSessionServer();
  const { agent } = await openLead(
    (_request, index) => (index === 0 ? asksFor(['echo', { text: 'hi' }]) : says('done')),
    { mcpServers: [{ name: 'sessions', url: server.url }] },
  );
  open.push(server);
  await postJson(`${agent.url}/v1/chat/completions`, QUESTION);
  const metric = await telemetry.metric('mcp.client.operation.duration');
  expect(metric?.dataPoints.map(({ attributes }) => Object.keys(attributes).sort())).toEqual([
    ['gen_ai.tool.name', 'mcp.method.name', 'network.transport', 'server.address', 'server.port'],
  ]);
});
