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

const NO_MESSAGE = 'Bad Request: the request body is not a valid';

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
  ['the message is no JSON-RPC', '{"hi":1}', {}, 400, -32600, `${NO_MESSAGE} JSON-RPC message`],
  ['the message is no object', 'null', {}, 400, -32600, `${NO_MESSAGE} JSON-RPC message`],
  ['the batch is empty', '[]', {}, 400, -32600, 'Bad Request: empty JSON-RPC batch'],
  [
    'one of a batch is no message',
    '[{"jsonrpc":"2.0","id":1,"method":"ping"},7]',
    {},
    400,
    -32600,
    'Bad Request: JSON-RPC batch contains an invalid message',
  ],
  [
    'the batch is too long',
    JSON.stringify(Array(101).fill({ jsonrpc: '2.0', id: 1, method: 'ping' })),
    {},
    400,
    -32000,
    'Bad Request: a batch of 101 messages; send 100 at most',
  ],
  [
    'the body is broken JSON',
    '{"jsonrpc":',
    {},
    400,
    -32700,
    "Body is not valid JSON but content-type is set to 'application/json'",
  ],
  [
    'the body is empty',
    '',
    {},
    400,
    -32700,
    "Body cannot be empty when content-type is set to 'application/json'",
  ],
  ['the body is plain text', '{}', { 'content-type': 'text/plain' }, 415, -32000, 'Unsupported Media Type'],
  ['the body is XML', '<a/>', { 'content-type': 'application/xml' }, 415, -32000, 'Unsupported Media Type'],
  ['the body is too large', 'x'.repeat(4 * 1024 * 1024 + 1), {}, 413, -32000, 'Request body is too large'],
  [
    'nobody knows the version of the protocol',
    '{"jsonrpc":"2.0","id":1,"method":"ping"}',
    { 'mcp-protocol-version': '2025-01-01' },
    400,
    -32000,
    'Bad Request: Unsupported protocol version ' +
      '(supported versions: 2025-11-25, 2025-06-18, 2025-03-26, 2024-11-05, 2024-10-07)',
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
