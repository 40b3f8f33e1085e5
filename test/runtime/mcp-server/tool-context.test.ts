import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { z } from 'zod';
import { tool, type ToolContext } from '../../../runtime/mcp-server/tool';
import { type Listening } from '../../support/http';
import { startToolServer } from '../../support/in-process';
import { idOf, only, spanTree } from '../../support/span-tree';
import { startTestTelemetry } from '../../support/telemetry';

const PIXEL = { type: 'image', data: 'iVBORw0KGgo=', mimeType: 'image/png' };
const IMAGE = { content: [{ type: 'text', text: 'a pixel' }, PIXEL], structuredContent: { width: 1 } };
const FAILURE = { content: [{ type: 'text', text: 'out of paper' }], isError: true };

const returns = (value: unknown) =>
  tool({ description: 'Returns it', input: z.object({}), handler: () => value });
const does = (handler: (context: ToolContext) => unknown) =>
  tool({ description: 'Does it', input: z.object({}), handler: (_args, context) => handler(context) });

const tools = {
  search: does(({ log, trace }) =>
    trace.span('search.index', () => {
      log.warn('the index is old', { days: 12 });
      return trace.headers();
    }),
  ),
  stumble: does(({ trace }) =>
    trace.span('search.index', () => Promise.reject(new Error('no index')), { shards: 3 }),
  ),
  image: returns(IMAGE),
  failure: returns(FAILURE),
  page: returns({ content: 'words', title: 'a page' }),
  list: returns({ content: ['a', 'b'] }),
  blocks: returns({ content: [{ type: 'text', text: 'hi' }], total: 1 }),
  broken: returns({ content: [{ type: 'image', data: 'no base64!', mimeType: 'image/png' }] }),
};

const telemetry = startTestTelemetry();
let server: Listening, client: Client;

beforeAll(async () => {
  server = await startToolServer('search', tools);
  client = new Client({ name: 'test', version: '1' });
  await client.connect(new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`)));
});
beforeEach(() => telemetry.reset());
afterAll(async () => {
  await client.close();
  await server.close();
  await telemetry.close();
});

const call = (name: string) => client.callTool({ name, arguments: {} });

test('what a handler logs carries its span, the name of the tool, and its fields', async () => {
  await call('search');
  const [line] = telemetry.logs.filter(({ body }) => body === 'the index is old');
  expect(line).toMatchObject({ severityText: 'WARN', attributes: { 'tool.name': 'search', days: 12 } });
  expect(line && telemetry.openSpanOf(line)?.name).toBe('search.index');
});

test('a handler has spans below that of its call, and headers that carry them on', async () => {
  const { content } = await call('search');
  expect(spanTree(telemetry.spans)).toEqual(['tools/call search SERVER OK', '  search.index INTERNAL OK']);
  const { traceId } = only(telemetry.spans, 'tools/call search').spanContext();
  const spanId = idOf(only(telemetry.spans, 'search.index'));
  expect(content).toEqual([
    { type: 'text', text: JSON.stringify({ traceparent: `00-${traceId}-${spanId}-01` }) },
  ]);
});

test('what is thrown in a span is recorded there, and is the failure of the call', async () => {
  expect(await call('stumble')).toEqual({ isError: true, content: [{ type: 'text', text: 'no index' }] });
  expect(spanTree(telemetry.spans)).toEqual([
    'tools/call stumble SERVER ERROR',
    '  search.index INTERNAL ERROR',
  ]);
  expect(only(telemetry.spans, 'search.index').attributes).toMatchObject({ shards: 3 });
});

test.each<[what: string, tool: string, result: object]>([
  ['content blocks', 'image', IMAGE],
  ['a failure of its own', 'failure', FAILURE],
])('%s arrive as they are', async (_what, name, result) => {
  expect(await call(name)).toEqual(result);
});

test('a failure of its own is one in the trace', async () => {
  await call('failure');
  const span = only(telemetry.spans, 'tools/call failure');
  expect([span.status.code, span.attributes['error.type']]).toEqual([2, 'tool_error']);
});

test.each([
  ['page', '{"content":"words","title":"a page"}'],
  ['list', '{"content":["a","b"]}'],
  ['blocks', '{"content":[{"type":"text","text":"hi"}],"total":1}'],
])('data of tool %s that has content of another kind is data', async (name, text) => {
  expect(await call(name)).toEqual({ content: [{ type: 'text', text }] });
});

test('fails when content is none that the protocol has', async () => {
  expect(await call('broken')).toEqual({
    isError: true,
    content: [{ type: 'text', text: expect.stringContaining('content[0]') }],
  });
});
