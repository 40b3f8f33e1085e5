import { type ReadableSpan } from '@opentelemetry/sdk-trace';
import { z } from 'zod';
import { type AgentSettings, TELEMETRY_DEFAULTS, type TelemetrySettings } from '../../../../runtime/contract';
import { tool } from '../../../../runtime/mcp-server/tool';
import { getJson, type JsonReply, type Listening, postJson, signalled, until } from '../../../support/http';
import { startAgent, startToolServer } from '../../../support/in-process';
import { describeWithRedis, startRedis } from '../../../support/redis';
import { asksFor, inTurn, says, type Script, startScriptedModel } from '../../../support/scripted-model';
import { idOf, only, spanTree } from '../../../support/span-tree';
import { startTestTelemetry } from '../../../support/telemetry';

const telemetry = startTestTelemetry();
const open: Listening[] = [];

beforeEach(() => telemetry.reset());
afterEach(async () => {
  for (const part of open.splice(0)) await part.close();
});
afterAll(() => telemetry.close());

const LOOP = 'agent.agentic_loop';
const CALLER = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
const SENT = {
  traceparent: `00-${CALLER.traceId}-${CALLER.spanId}-01`,
  tracestate: 'vendor=1',
  baggage: 'team=blue',
};
const TEXT = [asksFor(['echo', { text: 'x' }]), says('done')];

describe.each(['1.0', '0.3'] as const)('by A2A %s, a task that nobody waits for', (version) => {
  test('is a trace of its own, whose root is linked to the span of its caller', async () => {
    const { agent, model } = await started(inTurn(...TEXT));
    const reply = await sendOff(agent, { version });
    const loop = await telemetry.span(LOOP);
    expect(spanTree(telemetry.spans)).toEqual([
      'agent.agentic_loop INTERNAL OK',
      '  agent.step.1 INTERNAL OK',
      '    model.inference CLIENT OK',
      '    tool.echo CLIENT OK',
      '      mcp.tool.echo CLIENT OK',
      '        tools/call echo SERVER OK',
      '  agent.step.2 INTERNAL OK',
      '    model.inference CLIENT OK',
    ]);
    const { traceId } = loop.spanContext();
    expect(traceId).not.toBe(CALLER.traceId);
    expect(loop.parentSpanContext).toBeUndefined();
    expect(new Set(telemetry.spans.map((span) => span.spanContext().traceId))).toEqual(new Set([traceId]));
    expect(telemetry.spans.flatMap(linksOf)).toEqual([CALLER]);
    expect(loop.links[0]?.context.traceState?.serialize()).toBe('vendor=1');
    // Whoever wants to see how it went is told where.
    expect(reply.headers.get('traceresponse')).toBe(`00-${traceId}-${idOf(loop)}-01`);
    // The baggage is about the work, and goes with it; what vendors say of the caller's trace does not.
    const [{ headers } = { headers: {} }] = model.requests;
    expect(headers).toMatchObject({ baggage: 'team=blue', traceparent: expect.stringContaining(traceId) });
    expect(headers).not.toHaveProperty('tracestate');
  });
});

test('what is logged and remembered of it is of its trace', async () => {
  const { agent } = await started(inTurn(...TEXT));
  const contextId = String((await sendOff(agent)).body.result.task.contextId);
  const { traceId } = (await telemetry.span(LOOP)).spanContext();
  const logged = telemetry.logs.map(({ spanContext }) => spanContext?.traceId);
  expect([logged.length > 0, new Set(logged)]).toEqual([true, new Set([traceId])]);
  const { body } = await getJson(`${agent.url}/memory/events?session_id=${contextId}`);
  const remembered = body.events.map((event: { metadata: object }) => event.metadata);
  expect(remembered.length).toBeGreaterThan(0);
  for (const metadata of remembered) expect(metadata).toMatchObject({ trace_id: traceId });
});

test('one that fails says so in its trace, and nothing in that of its caller', async () => {
  const { agent } = await started(() => ({ status: 500, body: '' }));
  await sendOff(agent);
  const loop = await telemetry.span(LOOP);
  expect(loop.status.code).toBe(2);
  const [failure] = telemetry.logs.filter(({ body }) => body === `${LOOP} failed`);
  expect(failure && telemetry.openSpanOf(failure)).toBe(loop);
  const traces = [...telemetry.logs, ...telemetry.spans].map(traceOf);
  expect(traces).not.toContain(CALLER.traceId);
});

test('without a caller in a trace it is a root, linked to nobody', async () => {
  const { agent } = await started(inTurn(...TEXT));
  await sendOff(agent, { headers: {} });
  const loop = await telemetry.span(LOOP);
  expect([loop.parentSpanContext, loop.links]).toEqual([undefined, []]);
});

test('whether it is recorded is not for its caller to say', async () => {
  const { agent } = await started(inTurn(...TEXT));
  await sendOff(agent, { headers: { traceparent: SENT.traceparent.replace(/01$/, '00') } });
  const loop = await telemetry.span(LOOP);
  expect([loop.spanContext().traceFlags, linksOf(loop)]).toEqual([1, [CALLER]]);
});

test('with spans of HTTP it is linked to that of the request, which ends before it', async () => {
  const go = signalled();
  const script: Script = async () => {
    await go.happened;
    return says('late');
  };
  const { agent } = await started(script, {}, { includeHttpServer: true });
  await sendOff(agent);
  const request = await telemetry.span('POST /a2a');
  expect(telemetry.spans).toEqual([request]);
  go.happen();
  const loop = await telemetry.span(LOOP);
  expect(request.parentSpanContext).toMatchObject(CALLER);
  expect(linksOf(loop)).toEqual([{ traceId: CALLER.traceId, spanId: idOf(request) }]);
  expect(loop.parentSpanContext).toBeUndefined();
});

test('who listens to it later has no part in its trace', async () => {
  const go = signalled();
  const { agent } = await started(async () => {
    await go.happened;
    return says('late');
  });
  const { id } = (await sendOff(agent)).body.result.task;
  const listening = await fetch(`${agent.url}/a2a`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'a2a-version': '1.0', traceparent: OTHER.traceparent },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'SubscribeToTask', params: { id } }),
  });
  go.happen();
  expect(await listening.text()).toContain('TASK_STATE_COMPLETED');
  expect(listening.headers.get('traceresponse')).toBeNull();
  expect(telemetry.spans.flatMap(linksOf)).toEqual([CALLER]);
  expect(telemetry.spans.map(traceOf)).not.toContain(OTHER.context.traceId);
});

test('each message to it is of whoever sends it: a child when they wait, and linked when not', async () => {
  const { agent } = await started(inTurn(asksFor(['echo', { text: 'x' }]), ...TEXT), {
    toolApproval: ['echo'],
  });
  const { id: taskId, contextId } = (await sendOff(agent)).body.result.task;
  await untilState(agent, taskId, 'TASK_STATE_INPUT_REQUIRED');
  const asked = only(telemetry.spans, LOOP);
  await telemetry.reset();

  await sendOff(agent, { headers: { traceparent: OTHER.traceparent }, ids: { taskId, contextId } });
  await untilState(agent, taskId, 'TASK_STATE_INPUT_REQUIRED');
  const approved = only(telemetry.spans, LOOP);
  expect([linksOf(asked), linksOf(approved)]).toEqual([[CALLER], [OTHER.context]]);
  expect(traceOf(approved)).not.toBe(traceOf(asked));
  expect(spanTree(telemetry.spans)).toContain('    tool.echo CLIENT OK');
  await telemetry.reset();

  const params = { message: messageOf({ taskId, contextId }) };
  await call(agent, 'SendMessage', params, { traceparent: SENT.traceparent });
  const awaited = only(telemetry.spans, LOOP);
  expect([awaited.parentSpanContext?.spanId, awaited.links]).toEqual([CALLER.spanId, []]);
});

describeWithRedis('with replicas', () => {
  test('one that is canceled at another stays as it began', async () => {
    const redis = await startRedis();
    const settings = { memoryType: 'redis', memoryRedisUrl: redis.url } as const;
    const [one, other] = [await started(() => NEVER, settings), await started(() => NEVER, settings)];
    open.push(redis);
    for (const { agent } of [one, other])
      await until(async () => (await getJson(`${agent.url}/ready`)).status === 200);
    const { id } = (await sendOff(one.agent)).body.result.task;
    await until(() => one.model.requests.length === 1);
    await call(other.agent, 'CancelTask', { id }, { traceparent: OTHER.traceparent });
    const loop = await telemetry.span(LOOP);
    expect([loop.attributes['kaos.cancelled'], linksOf(loop)]).toEqual([true, [CALLER]]);
    expect(telemetry.spans.map(traceOf)).not.toContain(OTHER.context.traceId);
  });
});

test.each([
  ['a stream', 'SendStreamingMessage', { returnImmediately: true }],
  ['a whole answer', 'SendMessage', { returnImmediately: false }],
  ['whatever is the default', 'SendMessage', undefined],
])('one whose caller waits for %s stays in the trace of its caller', async (_what, method, configuration) => {
  const { agent } = await started(inTurn(...TEXT));
  const reply = await fetch(`${agent.url}/a2a`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'a2a-version': '1.0', ...SENT },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { message: messageOf(), configuration } }),
  });
  await reply.text();
  const loop = await telemetry.span(LOOP);
  expect([loop.parentSpanContext?.spanId, traceOf(loop)]).toEqual([CALLER.spanId, CALLER.traceId]);
  expect(telemetry.spans.flatMap(linksOf)).toEqual([]);
});

const NEVER = new Promise<never>(() => undefined);
const OTHER = {
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  context: { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' },
};

function linksOf({ links }: ReadableSpan) {
  return links.map(({ context: { traceId, spanId } }) => ({ traceId, spanId }));
}

function traceOf(record: ReadableSpan | (typeof telemetry.logs)[number]): string | undefined {
  const { spanContext } = record;
  return (typeof spanContext === 'function' ? spanContext.call(record) : spanContext)?.traceId;
}

interface Ids {
  readonly taskId: string;
  readonly contextId: string;
}

function messageOf(ids?: Ids) {
  return { messageId: '1', role: 'ROLE_USER', parts: [{ text: ids ? 'approve' : 'hi' }], ...ids };
}

function call(agent: Listening, method: string, params: object, headers: Record<string, string> = {}) {
  const body = { jsonrpc: '2.0', id: 1, method, params };
  return postJson(`${agent.url}/a2a`, body, { 'a2a-version': '1.0', ...headers });
}

/** Sends a message and waits for no more than that it was taken. */
function sendOff(
  agent: Listening,
  {
    version = '1.0',
    headers = SENT,
    ids,
  }: { version?: '1.0' | '0.3'; headers?: Record<string, string>; ids?: Ids } = {},
): Promise<JsonReply> {
  if (version === '1.0') {
    const params = { message: messageOf(ids), configuration: { returnImmediately: true } };
    return call(agent, 'SendMessage', params, headers);
  }
  const parts = [{ kind: 'text', text: 'hi' }];
  const message = { kind: 'message', messageId: '1', role: 'user', parts };
  const params = { message, configuration: { blocking: false } };
  return call(agent, 'message/send', params, { ...headers, 'a2a-version': version });
}

function untilState(agent: Listening, id: string, state: string): Promise<void> {
  return until(async () => (await call(agent, 'GetTask', { id })).body.result.status.state === state);
}

const echo = tool({
  description: 'Says it again',
  input: z.object({ text: z.string() }),
  handler: ({ text }) => `Echo: ${text}`,
});

async function started(
  script: Script,
  more: Partial<AgentSettings> = {},
  reported: Partial<TelemetrySettings> = {},
) {
  const model = await startScriptedModel(script);
  const search = await startToolServer('search', { echo });
  const settings = { name: 'lead', modelUrl: model.url, model: 'gpt-4o', ...more };
  const mcpServers = [{ name: 'search', url: search.url }];
  const choices = { settings: { ...TELEMETRY_DEFAULTS, ...reported } };
  const agent = await startAgent({ ...settings, mcpServers }, 0, false, choices);
  open.push(agent, search, model);
  return { agent, model };
}
