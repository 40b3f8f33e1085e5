import { SpanStatusCode } from '@opentelemetry/api';
import { z } from 'zod';
import { tool } from '../../../../runtime/mcp-server/tool';
import { type Listening, postJson, signalled } from '../../../support/http';
import { startAgent, startToolServer } from '../../../support/in-process';
import { asksFor, inTurn, says, startScriptedModel } from '../../../support/scripted-model';
import { STUCK } from '../../../support/stuck-agents';
import { startTestTelemetry } from '../../../support/telemetry';

const telemetry = startTestTelemetry();
const open: Listening[] = [];

beforeEach(() => telemetry.reset());
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});
afterAll(() => telemetry.close());

const QUESTION = { messages: [{ role: 'user', content: 'go' }] };

test('a client that hangs up ends the model call', async () => {
  const asked = signalled();
  const model = await startScriptedModel(() => {
    asked.happen();
    return new Promise(() => undefined);
  });
  const agent = await startAgent({ name: 'lead', modelUrl: model.url, model: 'gpt-4o' });
  open.push(agent, model);
  const client = new AbortController();
  const reply = postJson(`${agent.url}/v1/chat/completions`, QUESTION, {}, client.signal);
  await asked.happened;
  client.abort();
  await expect(reply).rejects.toThrow('This operation was aborted');
  await model.hungUp;
  // Whoever hangs up has not met a failure: it is no reason to wake anybody.
  const loop = await telemetry.span('agent.agentic_loop');
  expect(loop.status.code).toBe(SpanStatusCode.UNSET);
  expect(loop.attributes['kaos.cancelled']).toBe(true);
  expect(telemetry.logs.filter(({ severityText }) => severityText === 'ERROR')).toEqual([]);
});

test('a client that hangs up ends the task of a sub-agent, and the model call in it', async () => {
  const asked = signalled();
  const workerModel = await startScriptedModel(() => {
    asked.happen();
    return new Promise(() => undefined);
  });
  const worker = await startAgent({ name: 'worker', modelUrl: workerModel.url, model: 'gpt-4o' });
  const model = await startScriptedModel(inTurn(asksFor(['delegate_to_worker', { task: 'dig' }])));
  const subAgents = [{ name: 'worker', url: worker.url }];
  const agent = await startAgent({ name: 'lead', modelUrl: model.url, model: 'gpt-4o', subAgents });
  open.push(agent, worker, model, workerModel);
  const client = new AbortController();
  const reply = postJson(`${agent.url}/v1/chat/completions`, QUESTION, {}, client.signal);
  await asked.happened;
  client.abort();
  await expect(reply).rejects.toThrow('This operation was aborted');
  await workerModel.hungUp;
  expect(model.requests).toHaveLength(1);
});

test('a client that hangs up ends its tool call, and nobody else’s', async () => {
  const started = signalled();
  const aborted = signalled();
  const other = signalled();
  const stuck = tool({
    description: 'Ends when its caller is gone',
    input: z.object({}),
    handler: (_args, { signal }) => {
      signal.addEventListener('abort', () => aborted.happen());
      started.happen();
      return new Promise<string>(() => undefined);
    },
  });
  const patient = { ...stuck, handler: () => (other.happen(), aborted.happened.then(() => 'still here')) };
  const search = await startToolServer('search', { stuck, patient });
  const model = await startScriptedModel(({ messages }) =>
    messages.at(-1)?.role === 'tool'
      ? says(messages.at(-1)?.content)
      : asksFor([String(messages[1]?.content), {}]),
  );
  const mcpServers = [{ name: 'search', url: search.url }];
  const agent = await startAgent({ name: 'lead', modelUrl: model.url, model: 'gpt-4o', mcpServers });
  open.push(agent, search, model);

  const url = `${agent.url}/v1/chat/completions`;
  const client = new AbortController();
  const leaving = postJson(url, { messages: [{ role: 'user', content: 'stuck' }] }, {}, client.signal);
  const staying = postJson(url, { messages: [{ role: 'user', content: 'patient' }] });
  await Promise.all([started.happened, other.happened]);
  client.abort();
  await expect(leaving).rejects.toThrow('This operation was aborted');
  await aborted.happened;
  expect((await staying).body.choices[0].message.content).toBe('still here');
});

describe.each([false, true])('hanging up ends within 100 ms (streamed: %s)', (stream) => {
  test.each(STUCK)('%s', async (_what, start) => {
    const took: number[] = [];
    for (let tries = 0; tries < 5; tries++) {
      const { agent, begun, ended } = await start(open);
      const client = new AbortController();
      const url = `${agent.url}/v1/chat/completions`;
      const reply = postJson(url, { ...QUESTION, stream }, {}, client.signal).catch(() => undefined);
      await begun;
      const startedAt = performance.now();
      client.abort();
      await ended;
      took.push(performance.now() - startedAt);
      await reply;
    }
    // The median: others share the machine.
    expect(took.sort((a, b) => a - b)[2]).toBeLessThan(100);
  });
});
