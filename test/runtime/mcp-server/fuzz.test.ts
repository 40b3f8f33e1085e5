import fc from 'fast-check';
import { Agent, request } from 'undici';
import { tool } from '../../../runtime/mcp-server/tool';
import { batchOf, bodies, raw, requests, throwAll, value, watchStrayErrors, word } from '../../support/fuzz';
import { getJson, type Listening } from '../../support/http';
import { startToolServer } from '../../support/in-process';
import { startTestTelemetry } from '../../support/telemetry';

// Its log lines would drown the report of the tests.
const telemetry = startTestTelemetry();
const stray = watchStrayErrors();
const connections = new Agent();
let server: Listening;

beforeAll(async () => {
  const echo = tool({ description: 'Echo', input: { type: 'object' }, handler: (args) => args });
  const blocks = tool({
    description: 'What it is told, as content',
    input: { type: 'object' },
    handler: ({ blocks }) => ({ content: blocks }),
  });
  server = await startToolServer('search', { echo, blocks });
});
afterEach(async () => {
  await telemetry.reset();
  expect(stray.errors).toEqual([]);
});
afterAll(async () => {
  stray.stop();
  await Promise.all([server.close(), connections.destroy(), telemetry.close()]);
});

const CURRENT = '2026-07-28';
const METHODS = [
  'initialize',
  'ping',
  'tools/list',
  'tools/call',
  'server/discover',
  'subscriptions/listen',
  'notifications/cancelled',
  'logging/setLevel',
  '__proto__',
];
const version = fc.constantFrom(CURRENT, '2025-11-25', '2025-03-26', '2031-01-01', '');
const meta = fc.dictionary(
  fc.constantFrom(
    'io.modelcontextprotocol/protocolVersion',
    'io.modelcontextprotocol/clientInfo',
    'io.modelcontextprotocol/clientCapabilities',
    'progressToken',
    'traceparent',
  ),
  fc.oneof(version, value, fc.constant({}), fc.constant({ name: 'a', version: '1' })),
);
const params = fc.dictionary(
  fc.constantFrom(
    '_meta',
    'name',
    'arguments',
    'cursor',
    'protocolVersion',
    'capabilities',
    'clientInfo',
    'notifications',
    'requestState',
    'inputResponses',
    'task',
    '__proto__',
  ),
  fc.oneof(meta, value, version, fc.constantFrom('echo', 'blocks'), fc.dictionary(word, value)),
);
const message = fc.record(
  {
    jsonrpc: fc.oneof({ weight: 9, arbitrary: fc.constant('2.0') }, { weight: 1, arbitrary: value }),
    id: fc.oneof(fc.nat(3), value),
    method: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...METHODS) }, { weight: 1, arbitrary: value }),
    params: fc.oneof({ weight: 9, arbitrary: params }, { weight: 1, arbitrary: value }),
    result: value,
    error: value,
  },
  { requiredKeys: ['jsonrpc', 'method'] },
);
const body = bodies(
  fc
    .oneof({ weight: 4, arbitrary: message }, { weight: 1, arbitrary: fc.array(message, { maxLength: 5 }) })
    .map((any) => JSON.stringify(any)),
);
const headers = fc.record(
  {
    'mcp-protocol-version': version,
    'mcp-method': fc.constantFrom(...METHODS),
    'mcp-name': fc.constantFrom('echo', 'blocks', '=?base64?x'),
    'mcp-session-id': fc.constantFrom('a', ''),
    accept: fc.constantFrom('text/event-stream', '*/*', ''),
    'last-event-id': fc.constant('1'),
  },
  { requiredKeys: [] },
);

test('whatever is posted, the answer is an answer or says what is wrong with the request', async () => {
  await throwAll(
    fc.asyncProperty(batchOf(fc.tuple(body, headers)), async (all) => {
      for (const { status, said } of await Promise.all(all.map(([sent, extra]) => post(sent, extra)))) {
        expect({ status: status < 500, said }).toEqual({ status: true, said });
        if (said === '') expect(status).toBe(202);
        else if (!said.startsWith('event: ')) expect(said).toMatch(/^\[?\{.*"jsonrpc":"2\.0"/);
      }
    }),
  );
});

test('whatever the tool is told, it is a result or an error of JSON-RPC', async () => {
  const args = fc.dictionary(fc.oneof(word, fc.constant('blocks')), fc.oneof(value, fc.array(value)));
  const call = fc
    .tuple(fc.constantFrom('echo', 'blocks'), args)
    .map(([name, given]) => ({ name, arguments: given }));
  await throwAll(
    fc.asyncProperty(batchOf(call), async (all) => {
      const ask = (each: object) =>
        post(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: each }), {});
      for (const { status, said } of await Promise.all(all.map(ask))) {
        if (status === 400) expect(said).toContain('not valid JSON');
        else expect([status, said]).toEqual([200, expect.stringMatching(/"(result|error)":/)]);
      }
    }),
  );
});

test('whatever the lines of HTTP, the server goes on', async () => {
  const all = requests(
    [
      'content-length',
      'content-type',
      'transfer-encoding',
      'mcp-protocol-version',
      'mcp-method',
      'mcp-name',
      'traceparent',
      'expect',
      'connection',
      'upgrade',
      'origin',
      'host',
      'x',
    ],
    ['chunked', 'application/json', 'gzip', '100-continue', 'websocket', CURRENT],
    ['/mcp', '/mcp?', '/mcp/', '/health', '/ready'],
    JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
  );
  await throwAll(
    fc.asyncProperty(all, async (sent) => {
      const reply = await raw(server.port, sent);
      // A connection that ends without a word is what some bytes deserve.
      if (reply !== '') expect(reply).toMatch(/^HTTP\/1\.1 [1-4]\d\d /);
    }),
  );
  expect((await getJson(`${server.url}/health`)).status).toBe(200);
});

async function post(
  sent: string | Buffer,
  extra: Record<string, string>,
): Promise<{ status: number; said: string }> {
  const reply = await request(`${server.url}/mcp`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...extra },
    body: sent,
    dispatcher: connections,
  });
  return { status: reply.statusCode, said: await reply.body.text() };
}
