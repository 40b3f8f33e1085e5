import { nobodyAt } from '../../../support/http';
import { closeAll, open, openLead } from '../../../support/open-lead';
import { asksFor, inTurn, says, type Script, toolResults } from '../../../support/scripted-model';
import { startTestTelemetry } from '../../../support/telemetry';
import { startScriptedAgent } from '../../../support/scripted-agent';

const telemetry = startTestTelemetry();

beforeEach(() => telemetry.reset());
afterEach(closeAll);
afterAll(() => telemetry.close());

test('a delegation says which agents it came through, and the caller last', async () => {
  const worker = await startScriptedAgent();
  const { agent } = await leadOf(worker.url, { name: 'lead, "ä"' });
  open.push(worker);
  await agent.ask('go', { 'x-kaos-ancestors': 'first,s%C3%A9cond' });
  expect(worker.requests[0]?.headers['x-kaos-ancestors']).toBe('first,s%C3%A9cond,lead%2C%20%22%C3%A4%22');
});

test('a delegation without a caller of its own begins with the agent', async () => {
  const worker = await startScriptedAgent();
  const { agent } = await leadOf(worker.url);
  open.push(worker);
  await agent.ask();
  expect(worker.requests[0]?.headers['x-kaos-ancestors']).toBe('lead');
});

test('a request as deep as allowed is answered, a deeper one is refused with its chain', async () => {
  const { agent, model } = await openLead(inTurn(says('hi')), { maxDelegationDepth: 2 });
  expect((await agent.ask('go', { 'x-kaos-ancestors': 'a,b' })).status).toBe(200);
  const refused = await agent.ask('go', { 'x-kaos-ancestors': 'a, b ,a' });
  expect([refused.status, refused.body]).toEqual([
    422,
    {
      error: {
        message: 'Delegated deeper than 2: a > b > a > lead',
        type: 'agent_error',
        param: null,
        code: 'delegation_too_deep',
      },
    },
  ]);
  expect(model.requests).toHaveLength(1);
});

test('agents that mean to delegate to each other for ever come to an end, and each is told', async () => {
  // Each model delegates as long as it can, and then says what it was told.
  const delegating =
    (name: string): Script =>
    (request) => {
      const [told] = toolResults(request);
      return told === undefined ? asksFor([`delegate_to_${name}`, { task: 'go on' }]) : says(told);
    };
  const [ping, pong] = [await nobodyAt(), await nobodyAt()];
  const first = await openLead(
    delegating('pong'),
    { name: 'ping', maxDelegationDepth: 4, subAgents: [{ name: 'pong', url: pong.url }] },
    undefined,
    ping.port,
  );
  await openLead(
    delegating('ping'),
    {
      name: 'pong',
      maxDelegationDepth: 4,
      subAgents: [{ name: 'ping', url: ping.url, allowCycle: true }],
    },
    undefined,
    pong.port,
  );
  const reply = await first.ask();
  expect(reply.status).toBe(200);
  expect(reply.body.choices[0].message.content).toBe(
    'Error: agent "pong" failed with status 422 (delegation_too_deep)',
  );
  const loops = telemetry.spans.filter(({ name }) => name === 'agent.agentic_loop');
  expect(loops).toHaveLength(5);
});

const NAMES =
  'header x-kaos-ancestors: must hold at most 64 names of agents, percent-encoded, apart by commas';
const MILLISECONDS = 'header x-kaos-timeout-ms: must be milliseconds, 1 or more';

test.each<[why: string, headers: Record<string, string>, message: string]>([
  ['a name is broken', { 'x-kaos-ancestors': 'a,%ff' }, NAMES],
  ['a name is missing', { 'x-kaos-ancestors': 'a,,b' }, NAMES],
  ['a name holds a line break', { 'x-kaos-ancestors': 'a%0Ab' }, NAMES],
  ['a name is endless', { 'x-kaos-ancestors': 'a'.repeat(254) }, NAMES],
  ['there are too many names', { 'x-kaos-ancestors': Array(65).fill('a').join(',') }, NAMES],
  ['the time left is none', { 'x-kaos-timeout-ms': '0' }, MILLISECONDS],
  ['the time left is negative', { 'x-kaos-timeout-ms': '-1' }, MILLISECONDS],
  ['the time left is a word', { 'x-kaos-timeout-ms': 'soon' }, MILLISECONDS],
  ['the time left is no decimal', { 'x-kaos-timeout-ms': '1e3' }, MILLISECONDS],
])('fails when %s', async (_why, headers, message) => {
  const { agent } = await leadOf((await nobodyAt()).url);
  const reply = await agent.ask('go', headers);
  expect([reply.status, reply.body.error]).toEqual([
    400,
    { message, type: 'invalid_request_error', param: null, code: 'invalid_request' },
  ]);
});

function leadOf(workerUrl: string, settings: { name?: string } = {}) {
  const subAgents = [{ name: 'worker', url: workerUrl }];
  const script = inTurn(asksFor(['delegate_to_worker', { task: 'dig' }]), says('done'));
  return openLead(script, { subAgents, ...settings });
}
