import { trace } from '@opentelemetry/api';
import { fastify } from 'fastify';
import { z } from 'zod';
import { TELEMETRY_DEFAULTS, type TelemetrySettings } from '../../../../runtime/contract';
import { requestSpans } from '../../../../runtime/process/request-spans';
import { tool } from '../../../../runtime/mcp-server/tool';
import { getJson, type Listening, postJson } from '../../../support/http';
import { startAgent, startToolServer } from '../../../support/in-process';
import {
  asksFor,
  inTurn,
  says,
  type ScriptedModel,
  startScriptedModel,
} from '../../../support/scripted-model';
import { idOf, only, spanTree } from '../../../support/span-tree';
import { pointsOf, startTestTelemetry } from '../../../support/telemetry';

const telemetry = startTestTelemetry();
const open: Listening[] = [];

beforeEach(() => telemetry.reset());
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});
afterAll(() => telemetry.close());

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const REMOTE = { traceparent: `00-${TRACE_ID}-b7ad6b7169203331-01` };
const CHAT = '/v1/chat/completions';

const echo = tool({
  description: 'Says it again',
  input: z.object({ text: z.string() }),
  handler: ({ text }) => `Echo: ${text}`,
});

/** An agent that asks its model, a tool and its model again. */
async function ask(
  settings: Partial<TelemetrySettings>,
  replies = [asksFor(['echo', { text: 'x' }]), says('ok')],
) {
  const model: ScriptedModel = await startScriptedModel(inTurn(...replies));
  const search = await startToolServer('search', { echo });
  const choices = { settings: { ...TELEMETRY_DEFAULTS, ...settings } };
  const mcpServers = [{ name: 'search', url: search.url }];
  const agent = await startAgent(
    { name: 'lead', modelUrl: model.url, model: 'gpt-4o', mcpServers },
    0,
    false,
    choices,
  );
  open.push(agent, search, model);
  const reply = await postJson(agent.url + CHAT, { messages: [{ role: 'user', content: 'go' }] }, REMOTE);
  return { model, agent, reply };
}

test('T14, X7: a request that arrives has a SERVER span, if asked for, and the loop is its child', async () => {
  await ask({ includeHttpServer: true });
  const server = await telemetry.span(`POST ${CHAT}`);
  expect(server.parentSpanContext).toMatchObject({ traceId: TRACE_ID, spanId: 'b7ad6b7169203331' });
  expect(spanTree(telemetry.spans).slice(0, 3)).toEqual([
    `POST ${CHAT} SERVER OK`,
    '  agent.agentic_loop INTERNAL OK',
    '    agent.step.1 INTERNAL OK',
  ]);
  expect(server.attributes).toEqual({
    'agent.name': 'lead',
    'http.request.method': 'POST',
    'http.route': CHAT,
    'http.response.status_code': 200,
    'url.path': CHAT,
    'url.scheme': 'http',
  });
});

test('T14: one that fails says so, and one that nobody made a path for has no name of its own', async () => {
  const { agent } = await ask({ includeHttpServer: true }, [{ status: 500, body: '' }]);
  const failed = await telemetry.span(`POST ${CHAT}`);
  expect([failed.status.code, failed.attributes['error.type']]).toEqual([2, '502']);
  await getJson(`${agent.url}/made/up`);
  expect((await telemetry.span('GET')).attributes).toMatchObject({ 'http.response.status_code': 404 });
});

test('T35: probes and cards have none', async () => {
  const { agent } = await ask({ includeHttpServer: true, includeHttpClient: true });
  await telemetry.span(`POST ${CHAT}`);
  const before = telemetry.spans.length;
  for (const path of ['/health', '/ready', '/.well-known/agent.json', '/.well-known/agent-card.json'])
    await getJson(agent.url + path);
  expect(telemetry.spans.length).toBe(before);
});

test('T15, X5: a request that is sent has a CLIENT span, if asked for, and carries that one alone', async () => {
  const { model } = await ask({ includeHttpClient: true });
  // What a tool server is asked before it is called is asked for the loop.
  expect(spanTree(telemetry.spans).filter((line) => line !== '  POST CLIENT OK')).toEqual([
    'agent.agentic_loop INTERNAL OK',
    '  agent.step.1 INTERNAL OK',
    '    model.inference CLIENT OK',
    '      POST CLIENT OK',
    '    tool.echo CLIENT OK',
    '      mcp.tool.echo CLIENT OK',
    '        POST CLIENT OK',
    '        tools/call echo SERVER OK',
    '  agent.step.2 INTERNAL OK',
    '    model.inference CLIENT OK',
    '      POST CLIENT OK',
  ]);
  const [first] = telemetry.spans.filter(({ name }) => name === 'model.inference');
  const sent = telemetry.spans.find(
    ({ parentSpanContext }) => first && parentSpanContext?.spanId === idOf(first),
  );
  expect(model.requests[0]?.headers.traceparent).toBe(`00-${TRACE_ID}-${sent && idOf(sent)}-01`);
  expect(sent?.attributes).toEqual({
    'agent.name': 'lead',
    'http.request.method': 'POST',
    'http.response.status_code': 200,
    'server.address': '127.0.0.1',
    'server.port': model.port,
    'url.full': model.url + CHAT,
  });
});

test('T14, T15: neither is there unless asked for', async () => {
  await ask({});
  expect(telemetry.spans.filter(({ name }) => /^(POST|GET)/.test(name))).toEqual([]);
});

test('T14: a tool server has the same', async () => {
  const server = fastify();
  const opened: string[] = [];
  server.addHook(
    'onRequest',
    requestSpans((operation, work) => {
      opened.push(operation.name);
      return trace.getTracer('test').startActiveSpan(operation.name, (span) => work(span, () => undefined));
    }),
  );
  server.get('/health', () => ({}));
  server.post('/mcp', () => ({}));
  await server.inject({ method: 'GET', url: '/health' });
  await server.inject({ method: 'POST', url: '/mcp', payload: {} });
  expect(opened).toEqual(['POST /mcp']);
});

test('§2.5: with KAOS_OTEL_MCP_SPAN=merge what is said of an MCP call stands on the span of the tool', async () => {
  await ask({ mcpSpan: 'merge' });
  expect(spanTree(telemetry.spans).filter((line) => /tool/.test(line))).toEqual([
    '    tool.echo CLIENT OK',
    '      tools/call echo SERVER OK',
  ]);
  expect(only(telemetry.spans, 'tool.echo').attributes).toMatchObject({
    'gen_ai.operation.name': 'execute_tool',
    'mcp.method.name': 'tools/call',
    'mcp.server': 'search',
  });
  expect(pointsOf(await telemetry.metric('mcp.client.operation.duration'))).toMatchObject([{ value: 1 }]);
  expect(pointsOf(await telemetry.metric('kaos.tool.calls'))).toMatchObject([{ value: 1 }]);
});
