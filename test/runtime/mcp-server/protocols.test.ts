import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { type JsonSchema, tool } from '../../../runtime/mcp-server/tool';
import { type JsonReply, type Listening, postJson } from '../../support/http';
import { startToolServer } from '../../support/in-process';
import { only } from '../../support/span-tree';
import { startTestTelemetry } from '../../support/telemetry';

const CURRENT = '2026-07-28';
const META = {
  'io.modelcontextprotocol/protocolVersion': CURRENT,
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};
const SCHEMA: JsonSchema = {
  type: 'object',
  properties: { region: { type: 'string', 'x-mcp-header': 'Region' } },
};
const where = tool({ description: 'Says where', input: SCHEMA, handler: ({ region }) => String(region) });

const telemetry = startTestTelemetry();
let server: Listening, mcp: string;

beforeAll(async () => {
  server = await startToolServer('search', { where });
  mcp = `${server.url}/mcp`;
});
beforeEach(() => telemetry.reset());
afterAll(async () => {
  await server.close();
  await telemetry.close();
});

describe.each<[mode: 'auto' | 'legacy', version: string]>([
  ['auto', CURRENT],
  ['legacy', '2025-11-25'],
])('the official client of 2026-07-28 that negotiates by %j', (mode, version) => {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } });

  beforeAll(() => client.connect(new StreamableHTTPClientTransport(new URL(mcp))));
  afterAll(() => client.close());

  test(`speaks ${version}`, () => {
    expect(client.getNegotiatedProtocolVersion()).toBe(version);
    expect(client.getServerVersion()).toMatchObject({ name: 'search' });
  });

  test('is told of the tools, and calls them', async () => {
    const { tools } = await client.listTools();
    expect(tools).toEqual([{ name: 'where', description: 'Says where', inputSchema: SCHEMA }]);
    const { content } = await client.callTool({ name: 'where', arguments: { region: 'Oslo' } });
    expect(content).toEqual([{ type: 'text', text: 'Oslo' }]);
    const span = only(telemetry.spans, 'tools/call where');
    expect(span.attributes['mcp.protocol.version']).toBe(version);
  });
});

describe('the protocol of 2026-07-28', () => {
  test('needs no session, and its lists say how long they hold', async () => {
    const reply = await current('tools/list', {});
    expect([reply.status, reply.headers.get('mcp-session-id')]).toEqual([200, null]);
    expect(reply.body.result).toMatchObject({ ttlMs: 60_000, cacheScope: 'private', resultType: 'complete' });
  });

  test('says what the server can do, when it is asked', async () => {
    const { body } = await current('server/discover', {});
    expect(body.result).toMatchObject({
      supportedVersions: [CURRENT],
      capabilities: { tools: {} },
      _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'search', version: '1' } },
    });
  });

  test('ends a stream of changes at once: nothing here changes while the process lives', async () => {
    const message = messageOf('subscriptions/listen', { notifications: { toolsListChanged: true } });
    const headers = { 'content-type': 'application/json', ...headersOf('subscriptions/listen') };
    const reply = await fetch(mcp, { method: 'POST', headers, body: JSON.stringify(message) });
    const events = (await reply.text()).split('\n').filter((line) => line.startsWith('data: '));
    const said = events.map((line) => JSON.parse(line.slice('data: '.length)) as object);
    expect(said).toMatchObject([
      { method: 'notifications/subscriptions/acknowledged', params: { notifications: {} } },
      { id: 1, result: { resultType: 'complete' } },
    ]);
  });

  test.each<[why: string, headers: Record<string, string>, status: number, code: number]>([
    ['the headers name another method', { 'mcp-method': 'tools/list' }, 400, -32020],
    ['the headers name another tool', { 'mcp-name': 'elsewhere' }, 400, -32020],
    ['the headers name another version', { 'mcp-protocol-version': '2025-11-25' }, 400, -32020],
    ['an argument’s header says otherwise', { 'mcp-param-region': 'Rome' }, 400, -32020],
  ])('fails when %s', async (_why, headers, status, code) => {
    const params = { name: 'where', arguments: { region: 'Oslo' } };
    const own = { 'mcp-name': 'where', 'mcp-param-region': 'Oslo', ...headers };
    expect(await current('tools/call', params, own)).toMatchObject({ status, body: { error: { code } } });
    expect(telemetry.spans).toEqual([]);
  });

  test('fails when the version is not known, naming those that are', async () => {
    const _meta = { ...META, 'io.modelcontextprotocol/protocolVersion': '2031-01-01' };
    const reply = await current('tools/list', { _meta }, { 'mcp-protocol-version': '2031-01-01' });
    expect(reply).toMatchObject({
      status: 400,
      body: { id: 1, error: { code: -32022, data: { supported: [CURRENT], requested: '2031-01-01' } } },
    });
  });

  test('fails when the method is not known', async () => {
    expect(await current('tools/burn', {})).toMatchObject({ status: 404, body: { error: { code: -32601 } } });
  });

  test('fails when the tool is not known', async () => {
    const reply = await current('tools/call', { name: 'burn' }, { 'mcp-name': 'burn' });
    expect(reply).toMatchObject({ body: { id: 1, error: { code: -32602 } } });
  });
});

describe('the protocol before it', () => {
  test.each([
    ['2025-11-25', '2025-11-25'],
    ['2025-06-18', '2025-06-18'],
    ['2025-03-26', '2025-03-26'],
    ['2024-11-05', '2024-11-05'],
    ['2026-07-28', '2025-11-25'],
    ['1999-01-01', '2025-11-25'],
  ])('is asked for as %s and spoken as %s, without a session', async (asked, spoken) => {
    const clientInfo = { name: 'test', version: '1' };
    const reply = await post('initialize', { protocolVersion: asked, capabilities: {}, clientInfo });
    expect([reply.status, reply.headers.get('mcp-session-id')]).toEqual([200, null]);
    expect(reply.body.result).toMatchObject({
      protocolVersion: spoken,
      capabilities: { tools: {} },
      serverInfo: { name: 'search' },
    });
  });

  test('answers a client that shows the session of a process that is gone', async () => {
    const reply = await post('tools/list', {}, { 'mcp-session-id': 'of-another', ...VERSION });
    expect(reply).toMatchObject({ status: 200, body: { result: { tools: [{ name: 'where' }] } } });
  });

  test('answers clients that say no version, and those that take what comes', async () => {
    expect(await post('ping', {}, { accept: '*/*' })).toMatchObject({ status: 200, body: { result: {} } });
  });

  test('answers each request of a batch, and nothing else', async () => {
    const ping = (id: number) => ({ jsonrpc: '2.0', id, method: 'ping' });
    const batch = [ping(1), { jsonrpc: '2.0', method: 'notifications/initialized' }, ping(2)];
    const { status, body } = await postJson(mcp, batch);
    expect(status).toBe(200);
    expect(body).toEqual([1, 2].map((id) => ({ jsonrpc: '2.0', id, result: {} })));
    const silent = await fetch(mcp, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([batch[1], { jsonrpc: '2.0', id: 9, result: {} }]),
    });
    expect([silent.status, await silent.text()]).toEqual([202, '']);
  });

  test('a client cannot end the call of another', async () => {
    const cancel = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } };
    const call = { name: 'where', arguments: { region: 'Oslo' } };
    const [reply] = await Promise.all([post('tools/call', call), fetchSilent(cancel)]);
    expect(reply.body.result.content).toEqual([{ type: 'text', text: 'Oslo' }]);
  });
});

const VERSION = { 'mcp-protocol-version': '2025-11-25' };

function post(method: string, params: object, headers: Record<string, string> = {}): Promise<JsonReply> {
  return postJson(mcp, { jsonrpc: '2.0', id: 1, method, params }, headers);
}

function current(method: string, params: object, headers: Record<string, string> = {}): Promise<JsonReply> {
  return postJson(mcp, messageOf(method, params), { ...headersOf(method), ...headers });
}

function messageOf(method: string, params: object): object {
  return { jsonrpc: '2.0', id: 1, method, params: { _meta: META, ...params } };
}

function headersOf(method: string): Record<string, string> {
  return {
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': CURRENT,
    'mcp-method': method,
  };
}

async function fetchSilent(message: object): Promise<void> {
  const headers = { 'content-type': 'application/json', ...VERSION };
  const reply = await fetch(mcp, { method: 'POST', headers, body: JSON.stringify(message) });
  expect(reply.status).toBe(202);
}
