import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { z } from 'zod';
import { type JsonSchema, tool } from '../../../runtime/mcp-server/tool';
import { type Listening, signalled } from '../../support/http';
import { startToolServer } from '../../support/in-process';
import { only } from '../../support/span-tree';
import { startTestTelemetry } from '../../support/telemetry';

const SCHEMA: JsonSchema = {
  type: 'object',
  properties: { city: { type: 'string' }, days: { type: 'integer', minimum: 1 } },
  required: ['city'],
};
const DOT = { type: 'image', data: 'iVBORw0KGgo=', mimeType: 'image/png' } as const;
const started = signalled();
const tools = {
  add: tool({
    description: 'Adds two numbers',
    input: z.object({ a: z.number(), b: z.number().default(1) }),
    handler: ({ a, b }) => a + b,
  }),
  forecast: tool({ description: 'Weather to come', input: SCHEMA, handler: (args) => ({ asked: args }) }),
  draw: tool({
    description: 'Draws',
    input: z.object({}),
    handler: () => ({ content: [{ type: 'text', text: 'A dot:' }, DOT] }),
  }),
  fail: tool({
    description: 'Never works',
    input: z.object({}),
    handler: () => {
      throw new Error('out of paper');
    },
  }),
  wait: tool({
    description: 'Ends when its caller gives up',
    input: z.object({}),
    handler: (_args, { signal }) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', resolve);
        started.happen();
      }),
  }),
};

const telemetry = startTestTelemetry();
let server: Listening, client: Client, transport: StreamableHTTPClientTransport;

beforeAll(async () => {
  server = await startToolServer('search', tools);
  client = new Client({ name: 'test', version: '1' });
  transport = new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`));
  await client.connect(transport);
});
beforeEach(() => telemetry.reset());
afterAll(async () => {
  await client.close();
  await server.close();
  await telemetry.close();
});

test('the official client is told of each tool, zod and JSON Schema alike', async () => {
  const { tools: listed } = await client.listTools();
  expect(listed.map(({ name, description }) => [name, description])).toEqual([
    ['add', 'Adds two numbers'],
    ['forecast', 'Weather to come'],
    ['draw', 'Draws'],
    ['fail', 'Never works'],
    ['wait', 'Ends when its caller gives up'],
  ]);
  expect(listed[0]?.inputSchema).toMatchObject({
    type: 'object',
    properties: { a: { type: 'number' }, b: { type: 'number', default: 1 } },
    required: ['a'],
  });
  expect(listed[1]?.inputSchema).toEqual(SCHEMA);
});

test('it keeps no sessions', () => {
  expect(transport.sessionId).toBeUndefined();
});

test.each<[name: string, args: Record<string, unknown>, text: string]>([
  ['add', { a: 2, b: 3 }, '5'],
  ['add', { a: 2 }, '3'],
  ['forecast', { city: 'Oslo' }, '{"asked":{"city":"Oslo"}}'],
])('%s of %j is %s', async (name, args, text) => {
  expect(await client.callTool({ name, arguments: args })).toEqual({ content: [{ type: 'text', text }] });
  expect(only(telemetry.spans, `tools/call ${name}`).status.code).toBe(1);
});

test('a result may be of several pieces', async () => {
  const { content } = await client.callTool({ name: 'draw', arguments: {} });
  expect(content).toEqual([{ type: 'text', text: 'A dot:' }, DOT]);
});

test.each<[name: string, args: Record<string, unknown>, text: RegExp]>([
  ['add', { a: 'two' }, /^✖ Invalid input: expected number, received string\n {2}→ at a$/],
  ['forecast', {}, /^data must have required property 'city'$/],
  ['forecast', { city: 'Oslo', days: 0 }, /^data\/days must be >= 1$/],
  ['fail', {}, /^out of paper$/],
])('%s of %j fails as a result, saying why', async (name, args, text) => {
  const result = await client.callTool({ name, arguments: args });
  expect(result).toEqual({ isError: true, content: [{ type: 'text', text: expect.stringMatching(text) }] });
  const span = only(telemetry.spans, `tools/call ${name}`);
  expect(span.attributes['error.type']).toBe(name === 'fail' ? 'tool_error' : 'tool_arguments_invalid');
  expect(span.events).toMatchObject([{ name: 'exception' }]);
  const errors = telemetry.logs.filter(({ severityText }) => severityText === 'ERROR');
  expect(errors.map(({ body }) => body)).toEqual([`tools/call ${name} failed`]);
  expect(errors[0] && telemetry.openSpanOf(errors[0])).toBe(span);
});

test('fails when there is no such tool, without making a name of it', async () => {
  const long = client.callTool({ name: 'x'.repeat(1_000), arguments: {} });
  await expect(long).rejects.toMatchObject({
    message: `MCP error -32602: there is no tool "${'x'.repeat(256)}"`,
  });
  await telemetry.reset();
  const call = client.callTool({ name: 'made_up', arguments: {} });
  await expect(call).rejects.toMatchObject({
    code: -32602,
    message: 'MCP error -32602: there is no tool "made_up"',
  });
  expect(only(telemetry.spans, 'tools/call unknown').attributes).toMatchObject({
    'gen_ai.tool.name': 'unknown',
    'error.type': '-32602',
  });
  expect(JSON.stringify(telemetry.spans.map(({ events }) => events))).not.toContain('made_up');
});

test('a caller that hangs up ends the tool', async () => {
  const caller = new AbortController();
  const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
  const body = JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: 'wait', arguments: {} },
  });
  const call = fetch(`${server.url}/mcp`, { method: 'POST', headers, body, signal: caller.signal });
  await started.happened;
  caller.abort();
  await expect(call).rejects.toThrow('This operation was aborted');
  expect((await telemetry.span('tools/call wait')).ended).toBe(true);
});
