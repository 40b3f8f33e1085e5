import { z } from 'zod';
import { type AgentSettings } from '../../../runtime/contract';
import { tool, type ToolDefinition } from '../../../runtime/mcp-server/tool';
import { listenHttp } from '../../support/http';
import { closeAll, open, openLead } from '../../support/open-lead';
import { asksFor, inTurn, says, type Script, toolResults } from '../../support/scripted-model';
import { startScriptedAgent } from '../../support/scripted-agent';
import { only } from '../../support/span-tree';
import { pointsOf, startTestTelemetry } from '../../support/telemetry';

const telemetry = startTestTelemetry();
let called: number;

beforeEach(() => {
  called = 0;
  return telemetry.reset();
});
afterEach(closeAll);
afterAll(() => telemetry.close());

const count = tool({ description: 'Counts', input: z.object({}), handler: () => String(++called) });
const COUNT = ['count', {}] as const;
const NEVER = new Promise<never>(() => undefined);

describe('tool calls', () => {
  test('as many as allowed are made', async () => {
    const { reply } = await ask(inTurn(asksFor(COUNT, COUNT), says('done')), { maxToolCalls: 2 });
    expect([reply.status, called]).toEqual([200, 2]);
  });

  test('fails when the model asks for one more, and calls none of that turn', async () => {
    const script = inTurn(asksFor(COUNT), asksFor(COUNT, COUNT), says('done'));
    const { reply, model } = await ask(script, { maxToolCalls: 2 });
    expect([reply.status, reply.body]).toEqual([
      422,
      limit('Reached maximum tool calls (2)', 'max_tool_calls_reached'),
    ]);
    expect([called, model.requests.length]).toEqual([1, 2]);
    expect(only(telemetry.spans, 'agent.agentic_loop').attributes['error.type']).toBe(
      'max_tool_calls_reached',
    );
    expect(pointsOf(await telemetry.metric('kaos.requests'))).toEqual([
      { labels: { 'agent.name': 'lead', success: 'false' }, value: 1 },
    ]);
  });
});

describe('tokens (18 for each model call)', () => {
  test('fails when they are used up without an answer, before tools are called in vain', async () => {
    const script = inTurn(asksFor(COUNT), asksFor(COUNT), says('done'));
    const { reply } = await ask(script, { maxTokens: 36 });
    expect([reply.status, reply.body]).toEqual([
      422,
      limit('Reached maximum tokens (36)', 'max_tokens_reached'),
    ]);
    expect(called).toBe(1);
  });

  test('an answer that is there is given, whatever it took', async () => {
    const { reply } = await ask(inTurn(asksFor(COUNT), says('done')), { maxTokens: 19 });
    expect([reply.status, called]).toEqual([200, 1]);
  });
});

describe('time', () => {
  test('fails when it is up while the model thinks', async () => {
    const { reply, model } = await ask(() => NEVER, { requestTimeoutMs: 100 });
    expect([reply.status, reply.body]).toEqual([504, limit('Not done within 100 ms', 'deadline_exceeded')]);
    await model.hungUp;
    expect(only(telemetry.spans, 'agent.agentic_loop').attributes['error.type']).toBe('deadline_exceeded');
    expect(telemetry.logs.filter(({ severityText }) => severityText === 'ERROR')).toEqual([]);
  });

  test('fails when it is up while a tool works, which ends too', async () => {
    let ended: () => void = () => undefined;
    const aborted = new Promise<void>((resolve) => {
      ended = resolve;
    });
    const stuck = tool({
      description: 'Never ends',
      input: z.object({}),
      handler: (_args, { signal }) => {
        signal.addEventListener('abort', ended);
        return NEVER;
      },
    });
    const { reply } = await ask(inTurn(asksFor(['stuck', {}])), { requestTimeoutMs: 200 }, { stuck });
    expect([reply.status, reply.body.error.code]).toEqual([504, 'deadline_exceeded']);
    await aborted;
  });

  test('fails when it is up while a tool server does not say what it offers', async () => {
    const silent = await listenHttp(() => undefined);
    const mcpServers = [{ name: 'search', url: silent.url }];
    const { reply, model } = await ask(inTurn(says('hi')), { requestTimeoutMs: 100, mcpServers });
    open.push(silent);
    expect([reply.status, model.requests.length]).toEqual([504, 0]);
  });

  test.each([
    ['the caller’s, when it is the smaller', '100', 5_000, 100],
    ['the agent’s, when it is', '999999999999999', 100, 100],
  ])('is %s', async (_which, header, requestTimeoutMs, limitMs) => {
    const { reply } = await ask(() => NEVER, { requestTimeoutMs }, {}, { 'x-kaos-timeout-ms': header });
    expect(reply.body.error.message).toBe(`Not done within ${limitMs} ms`);
  });

  test.each<[what: string, settings: object, from: number, to: number]>([
    ['what is left of the request', { requestTimeoutMs: 4_000 }, 1, 4_000],
    ['how long it waits', { requestTimeoutMs: 4_000, delegationTimeoutMs: 500 }, 1, 500],
    ['how long it waits, without a limit', { delegationTimeoutMs: 700 }, 700, 700],
  ])('a sub-agent is told %s', async (_what, settings, from, to) => {
    const worker = await startScriptedAgent();
    const subAgents = [{ name: 'worker', url: worker.url }];
    const script = inTurn(asksFor(['delegate_to_worker', { task: 'dig' }]), says('done'));
    const { model } = await ask(script, { subAgents, ...settings });
    open.push(worker);
    expect(toolResults(model.requests[1])).toEqual(['dug']);
    const left = Number(worker.requests[0]?.headers['x-kaos-timeout-ms']);
    expect(left).toBeGreaterThanOrEqual(from);
    expect(left).toBeLessThanOrEqual(to);
  });
});

function limit(message: string, code: string) {
  return { error: { message, type: 'agent_error', param: null, code } };
}

async function ask(
  script: Script,
  settings: Partial<AgentSettings>,
  tools: Readonly<Record<string, ToolDefinition>> = { count },
  headers: Record<string, string> = {},
) {
  const { model, ask } = await openLead(script, settings, tools);
  return { model, reply: await ask('go', headers) };
}
