import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import { type Listening, listenHttp, postJson } from '../../support/http';
import { startAgent } from '../../support/in-process';
import { asksFor, inTurn, says, type ScriptedModel, startScriptedModel } from '../../support/scripted-model';
import { idOf, only } from '../../support/span-tree';
import { startTestTelemetry } from '../../support/telemetry';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const SPAN_ID = 'b7ad6b7169203331';
const REMOTE = { traceparent: `00-${TRACE_ID}-${SPAN_ID}-01`, tracestate: 'vendor=1', baggage: 'team=blue' };
const QUESTION = { messages: [{ role: 'user', content: 'go' }] };

const telemetry = startTestTelemetry();
let model: ScriptedModel, other: RecordingServer, agent: Listening;

beforeEach(async () => {
  await telemetry.reset();
  model = await startScriptedModel(
    inTurn(asksFor(['look', {}], ['delegate_to_worker', { task: 'dig' }]), says('done')),
  );
  other = await startRecordingServer();
  agent = await startAgent({
    name: 'lead',
    modelUrl: model.url,
    model: 'gpt-4o',
    mcpServers: [{ name: 'search', url: other.url }],
    subAgents: [{ name: 'worker', url: other.url }],
  });
});
afterEach(() => Promise.all([agent, model, other].map((server) => server.close())));
afterAll(() => telemetry.close());

test('the loop continues the trace of its caller', async () => {
  const reply = await postJson(`${agent.url}/v1/chat/completions`, QUESTION, REMOTE);
  const loop = only(telemetry.spans, 'agent.agentic_loop');
  expect(loop.parentSpanContext).toMatchObject({ traceId: TRACE_ID, spanId: SPAN_ID, isRemote: true });
  expect(reply.headers.get('traceresponse')).toBe(`00-${TRACE_ID}-${idOf(loop)}-01`);
});

test('the loop continues the trace of a caller whose body arrives after its headers', async () => {
  const headers = { 'content-type': 'application/json', expect: '100-continue', ...REMOTE };
  const request = httpRequest(`${agent.url}/v1/chat/completions`, { method: 'POST', headers });
  request.flushHeaders();
  await once(request, 'continue');
  request.write(JSON.stringify(QUESTION).slice(0, 10));
  await new Promise((resolve) => setImmediate(resolve));
  request.end(JSON.stringify(QUESTION).slice(10));
  const [response] = await once(request, 'response');
  await text(response);
  expect(only(telemetry.spans, 'agent.agentic_loop').parentSpanContext).toMatchObject({ spanId: SPAN_ID });
});

test('without a caller in a trace, the loop is the root of a new one', async () => {
  await postJson(`${agent.url}/v1/chat/completions`, QUESTION);
  expect(only(telemetry.spans, 'agent.agentic_loop').parentSpanContext).toBeUndefined();
});

test('all that the agent calls is told the span that calls it, and the baggage of the caller', async () => {
  await postJson(`${agent.url}/v1/chat/completions`, QUESTION, REMOTE);
  const { spans } = telemetry;
  const inferences = spans.filter(({ name }) => name === 'model.inference').map(idOf);
  const sent = (spanId: string) => ({ ...REMOTE, traceparent: `00-${TRACE_ID}-${spanId}-01` });

  expect(model.requests.map(({ headers }) => headers)).toMatchObject(inferences.map(sent));
  const [delegation] = other.received.filter(({ url }) => url === '/v1/chat/completions');
  expect(delegation?.headers).toMatchObject(sent(idOf(only(spans, 'delegate.worker'))));
  const [call] = other.received.filter(({ body }) => body?.method === 'tools/call');
  const mcpSpan = idOf(only(spans, 'mcp.tool.look'));
  expect(call?.headers).toMatchObject(sent(mcpSpan));
  expect(call?.body?.params?._meta).toMatchObject(sent(mcpSpan));
});

test('asking for a card is no part of the trace', async () => {
  await postJson(`${agent.url}/v1/chat/completions`, QUESTION, REMOTE);
  const cards = other.received.filter(({ url }) => url === '/.well-known/agent.json');
  expect(cards.map(({ headers }) => headers['traceparent'])).toEqual([undefined]);
});

interface Received {
  readonly url: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body?: {
    readonly id?: number;
    readonly method?: string;
    readonly params?: { readonly _meta?: object };
  };
}

interface RecordingServer extends Listening {
  readonly received: readonly Received[];
}

/** Stands for a tool server and an agent in one, and remembers each message as it came over the wire. */
async function startRecordingServer(): Promise<RecordingServer> {
  const received: Received[] = [];
  const server = await listenHttp((request, response) => {
    void text(request).then((body) => {
      const message: Received = {
        url: request.url ?? '',
        headers: request.headers,
        ...(body ? { body: JSON.parse(body) } : {}),
      };
      received.push(message);
      const answer = answerTo(message);
      response.writeHead(answer ? 200 : request.method === 'GET' ? 405 : 202, {
        'content-type': 'application/json',
      });
      response.end(answer && JSON.stringify(answer));
    });
  });
  return { ...server, received };
}

function answerTo({ url, body }: Received): object | undefined {
  if (url === '/.well-known/agent.json') return { description: 'Digs' };
  if (url === '/v1/chat/completions') return { choices: [{ message: { content: 'dug' } }] };
  const serverInfo = { name: 'search', version: '1' };
  const results: Readonly<Record<string, object>> = {
    initialize: { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo },
    'tools/list': { tools: [{ name: 'look', inputSchema: { type: 'object' } }] },
    'tools/call': { content: [{ type: 'text', text: 'seen' }] },
  };
  const result = results[body?.method ?? ''];
  return result && { jsonrpc: '2.0', id: body?.id, result };
}
