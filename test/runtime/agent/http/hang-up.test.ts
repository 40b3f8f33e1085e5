import { SpanStatusCode } from '@opentelemetry/api';
import { z } from 'zod';
import { tool } from '../../../../runtime/mcp-server/tool';
import { postJson, signalled } from '../../../support/http';
import { closeAll, open, openLead, QUESTION } from '../../../support/open-lead';
import { asksFor, inTurn, says, type Script } from '../../../support/scripted-model';
import { STUCK } from '../../../support/stuck-agents';
import { startTestTelemetry } from '../../../support/telemetry';

const telemetry = startTestTelemetry();

beforeEach(() => telemetry.reset());
afterEach(closeAll);
afterAll(() => telemetry.close());

test('a client that hangs up ends the model call', async () => {
  const asked = signalled();
  const { ask, model } = await openLead(() => {
    asked.happen();
    return new Promise(() => undefined);
  });
  const client = new AbortController();
  const reply = ask('go', {}, client.signal);
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
  const worker = await openLead(
    () => {
      asked.happen();
      return new Promise(() => undefined);
    },
    { name: 'worker' },
  );
  const script = inTurn(asksFor(['delegate_to_worker', { task: 'dig' }]));
  const subAgents = [{ name: 'worker', url: worker.agent.url }];
  const { ask, model } = await openLead(script, { subAgents });
  const client = new AbortController();
  const reply = ask('go', {}, client.signal);
  await asked.happened;
  client.abort();
  await expect(reply).rejects.toThrow('This operation was aborted');
  await worker.model.hungUp;
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
  const script: Script = ({ messages }) =>
    messages.at(-1)?.role === 'tool'
      ? says(messages.at(-1)?.content)
      : asksFor([String(messages[1]?.content), {}]);
  const { ask } = await openLead(script, {}, { stuck, patient });

  const client = new AbortController();
  const leaving = ask('stuck', {}, client.signal);
  const staying = ask('patient');
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
