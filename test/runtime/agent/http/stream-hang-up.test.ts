import { SpanStatusCode } from '@opentelemetry/api';
import { z } from 'zod';
import { tool } from '../../../../runtime/mcp-server/tool';
import { openStream } from '../../../support/chat-stream';
import { signalled, until } from '../../../support/http';
import { startAgent, startToolServer } from '../../../support/in-process';
import { asksFor, inTurn, startScriptedModel } from '../../../support/scripted-model';
import { spanTree } from '../../../support/span-tree';
import { chunk } from '../../../support/streamed-completion';
import { pointsOf, startTestTelemetry } from '../../../support/telemetry';
import { closeAll, open, openLead, QUESTION } from '../../../support/open-lead';

const telemetry = startTestTelemetry();

beforeEach(() => telemetry.reset());
afterEach(closeAll);
afterAll(() => telemetry.close());

/** Says a word, and then nothing more for ever. */
const trailsOff = () => ({
  events: (async function* () {
    yield chunk({ content: 'well' });
    await new Promise(() => undefined);
  })(),
});

test('a client that hangs up ends the model call, while the model speaks', async () => {
  const { agent, model } = await openLead(trailsOff);
  const client = new AbortController();
  const { next } = await openStream(agent.url, QUESTION, {}, client.signal);
  await next();
  expect(await next()).toMatchObject({ chunk: { choices: [{ delta: { content: 'well' } }] } });
  client.abort();
  await model.hungUp;
  await isCancelled();
  expect(spanTree(telemetry.spans)).toEqual([
    'agent.agentic_loop INTERNAL UNSET',
    '  agent.step.1 INTERNAL UNSET',
    '    model.inference CLIENT UNSET',
  ]);
});

test('a client that hangs up ends a tool call', async () => {
  const [started, aborted] = [signalled(), signalled()];
  const stuck = tool({
    description: 'Ends when its caller is gone',
    input: z.object({}),
    handler: (_args, { signal }) => {
      signal.addEventListener('abort', () => aborted.happen());
      started.happen();
      return new Promise<string>(() => undefined);
    },
  });
  const search = await startToolServer('search', { stuck });
  open.push(search);
  const mcpServers = [{ name: 'search', url: search.url }];
  const { agent, model } = await openLead(inTurn(asksFor(['stuck', {}])), { mcpServers });
  const client = new AbortController();
  await openStream(agent.url, QUESTION, {}, client.signal);
  await started.happened;
  client.abort();
  await aborted.happened;
  await isCancelled();
  expect(model.requests).toHaveLength(1);
});

test('a client that hangs up ends the task of a sub-agent, and the model call in it', async () => {
  const asked = signalled();
  const workerModel = await startScriptedModel(() => {
    asked.happen();
    return new Promise(() => undefined);
  });
  const worker = await startAgent({ name: 'worker', modelUrl: workerModel.url, model: 'gpt-4o' });
  open.push(worker, workerModel);
  const { agent } = await openLead(inTurn(asksFor(['delegate_to_worker', { task: 'dig' }])), {
    subAgents: [{ name: 'worker', url: worker.url }],
  });
  const client = new AbortController();
  const { next } = await openStream(agent.url, QUESTION, {}, client.signal);
  await next();
  expect(await next()).toMatchObject({
    chunk: { kaos: { type: 'delegation', name: 'worker', state: 'started' } },
  });
  await asked.happened;
  client.abort();
  await workerModel.hungUp;
  await until(() => telemetry.spans.filter(({ name }) => name === 'agent.agentic_loop').length === 2);
  await isCancelled();
});

test('a client that hangs up while it does not read is noticed too', async () => {
  const { agent, model } = await openLead(() => ({
    events: (async function* () {
      for (;;) {
        yield chunk({ content: 'x'.repeat(64 * 1024) });
        await new Promise((resolve) => setImmediate(resolve));
      }
    })(),
  }));
  const client = new AbortController();
  const { next } = await openStream(agent.url, QUESTION, {}, client.signal);
  await next();
  client.abort();
  await model.hungUp;
  await isCancelled();
});

/** Whoever hangs up has not met a failure: it is no reason to wake anybody, and counts as none. */
async function isCancelled(): Promise<void> {
  await telemetry.span('agent.agentic_loop');
  for (const { attributes, status } of telemetry.spans.filter(
    ({ status }) => status.code !== SpanStatusCode.OK,
  )) {
    expect(status.code).toBe(SpanStatusCode.UNSET);
    expect(attributes['kaos.cancelled']).toBe(true);
  }
  expect(telemetry.logs.filter(({ severityText }) => severityText === 'ERROR')).toEqual([]);
  const points = pointsOf(await telemetry.metric('kaos.requests'));
  expect(points.map(({ labels }) => labels)).not.toContainEqual(
    expect.objectContaining({ success: 'false' }),
  );
}
