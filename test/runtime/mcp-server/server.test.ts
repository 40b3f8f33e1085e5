import { z } from 'zod';
import { tool } from '../../../runtime/mcp-server/tool';
import { type Listening, postJson } from '../../support/http';
import { startToolServer } from '../../support/in-process';
import { idOf, only } from '../../support/span-tree';
import { startTestTelemetry } from '../../support/telemetry';

const ACCEPT = { accept: 'application/json, text/event-stream' };
const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const META_SPAN = 'aaaaaaaaaaaaaaaa';
const HTTP_SPAN = 'bbbbbbbbbbbbbbbb';
const parentOf = (spanId: string) => ({ traceparent: `00-${TRACE_ID}-${spanId}-01` });

const telemetry = startTestTelemetry();
let server: Listening, mcp: string;

beforeAll(async () => {
  const ping = tool({ description: 'Answers', input: z.object({}), handler: () => 'pong' });
  server = await startToolServer('search', { ping });
  mcp = `${server.url}/mcp`;
});
beforeEach(() => telemetry.reset());
afterAll(async () => {
  await server.close();
  await telemetry.close();
});

describe('the span of a tool call', () => {
  test.each<[where: string, meta: object, headers: Record<string, string>, parent: string, links: string[]]>([
    ['_meta alone', parentOf(META_SPAN), {}, META_SPAN, []],
    ['the headers alone', {}, parentOf(HTTP_SPAN), HTTP_SPAN, []],
    [
      '_meta before the headers, which are linked',
      parentOf(META_SPAN),
      parentOf(HTTP_SPAN),
      META_SPAN,
      [HTTP_SPAN],
    ],
    ['both, when they say the same', parentOf(META_SPAN), parentOf(META_SPAN), META_SPAN, []],
    ['the headers, when _meta makes no sense', { traceparent: 'x' }, parentOf(HTTP_SPAN), HTTP_SPAN, []],
  ])('continues the trace of %s', async (_where, meta, headers, parent, links) => {
    await postJson(mcp, callPing(meta), { ...ACCEPT, ...headers });
    const span = only(telemetry.spans, 'tools/call ping');
    expect(span.parentSpanContext).toMatchObject({ traceId: TRACE_ID, spanId: parent, isRemote: true });
    expect(span.links.map(({ context }) => context.spanId)).toEqual(links);
    expect(span.attributes['gen_ai.operation.name']).toBeUndefined();
  });

  test('is the root of a new trace, and the execution itself, when nobody sent one', async () => {
    await postJson(mcp, callPing({}), ACCEPT);
    const span = only(telemetry.spans, 'tools/call ping');
    expect(span.parentSpanContext).toBeUndefined();
    expect(span.attributes['gen_ai.operation.name']).toBe('execute_tool');
    expect(telemetry.logs.map(({ spanContext }) => spanContext?.spanId)).toEqual([idOf(span)]);
  });
});

test('lives, and is ready with its tools', async () => {
  const replies = await Promise.all(['/health', '/ready'].map((path) => fetch(server.url + path)));
  expect(await Promise.all(replies.map((reply) => reply.json()))).toEqual([
    { status: 'healthy', name: 'search' },
    { status: 'ready', name: 'search', tools: ['ping'] },
  ]);
});

test.each(['GET', 'DELETE'])('%s is refused: there are no sessions', async (method) => {
  const reply = await fetch(mcp, { method, headers: ACCEPT });
  expect(reply.status).toBe(405);
  expect(reply.headers.get('allow')).toBe('POST');
  expect(await reply.json()).toEqual({
    jsonrpc: '2.0',
    error: { code: -32000, message: 'Method not allowed' },
    id: null,
  });
});

test('a notification is taken without an answer', async () => {
  const body = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' });
  const headers = { 'content-type': 'application/json', ...ACCEPT };
  const reply = await fetch(mcp, { method: 'POST', headers, body });
  expect([reply.status, await reply.text()]).toEqual([202, '']);
});

test.each<
  [why: string, body: string, headers: Record<string, string>, status: number, code: number, message: string]
>([
  ['the message is no JSON-RPC', '{"hi":1}', ACCEPT, 400, -32700, 'Parse error: Invalid JSON-RPC message'],
  ['the body is broken JSON', '{"jsonrpc":', ACCEPT, 400, -32700, 'Parse error: Invalid JSON'],
  ['the body is empty', '', ACCEPT, 400, -32700, 'Parse error: Invalid JSON'],
  [
    'the body is plain text',
    '{}',
    { ...ACCEPT, 'content-type': 'text/plain' },
    415,
    -32000,
    'Unsupported Media Type: Content-Type must be application/json',
  ],
  [
    'the body is XML',
    '<a/>',
    { ...ACCEPT, 'content-type': 'application/xml' },
    415,
    -32000,
    'Unsupported Media Type: Content-Type must be application/json',
  ],
  [
    'the caller takes no event streams',
    '{}',
    { accept: 'application/json' },
    406,
    -32000,
    'Not Acceptable: Client must accept both application/json and text/event-stream',
  ],
  [
    'the body is too large',
    'x'.repeat(4 * 1024 * 1024 + 1),
    ACCEPT,
    413,
    -32000,
    'Payload Too Large: Request body must not exceed 4194304 bytes',
  ],
])('fails when %s', async (_why, body, headers, status, code, message) => {
  const reply = await postJson(mcp, body, headers);
  expect(reply).toMatchObject({ status, body: { jsonrpc: '2.0', error: { code, message }, id: null } });
});

test('fails when the method is not known', async () => {
  const reply = await postJson(mcp, { jsonrpc: '2.0', id: 7, method: 'tools/burn' }, ACCEPT);
  expect(reply).toMatchObject({
    status: 200,
    body: { id: 7, error: { code: -32601, message: 'Method not found' } },
  });
});

function callPing(meta: object) {
  return {
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: 'ping', arguments: {}, _meta: meta },
  };
}
