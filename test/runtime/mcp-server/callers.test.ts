import { z } from 'zod';
import { type MCPCallersConfig } from '../../../runtime/contract';
import { tool } from '../../../runtime/mcp-server/tool';
import { type Listening, postJson } from '../../support/http';
import { startToolServer } from '../../support/in-process';
import { startLead } from '../../support/lead';
import { asksFor, inTurn, says, toolResults } from '../../support/scripted-model';
import { secretFile } from '../../support/secret-file';
import { startTestTelemetry } from '../../support/telemetry';

const telemetry = startTestTelemetry();
const open: Listening[] = [];

beforeEach(() => telemetry.reset());
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});
afterAll(() => telemetry.close());

const named = (says: string) => tool({ description: says, input: z.object({}), handler: () => says });
const TOOLS = { read: named('reads'), wipe: named('wipes') };
const CALLERS = {
  apiKeys: ['shared-1', 'shared-2'],
  callers: [
    { name: 'reader', apiKey: 'reader-key', tools: ['read'] },
    { name: 'wiper', apiKey: 'wiper-key', tools: ['wipe', 'gone'] },
    { name: 'boss', apiKey: 'boss-key' },
    { name: 'idle', apiKey: 'idle-key', tools: [] },
    { name: 'twin', apiKey: 'reader-key', tools: ['wipe'] },
  ],
};

test.each([
  ['shared-1', ['read', 'wipe']],
  ['shared-2', ['read', 'wipe']],
  ['wiper-key', ['wipe']],
  ['boss-key', ['read', 'wipe']],
  ['idle-key', []],
  ['reader-key', ['read', 'wipe']],
])('whoever shows %s sees and may call %j', async (key, names) => {
  const server = await serverWith(CALLERS);
  const { body } = await rpc(server, 'tools/list', {}, bearer(key));
  expect(body.result.tools.map(({ name }: { name: string }) => name)).toEqual(names);
  for (const name of Object.keys(TOOLS)) {
    const reply = await rpc(server, 'tools/call', { name, arguments: {} }, bearer(key));
    if (names.includes(name)) expect(reply.body.result.content).toEqual([{ type: 'text', text: `${name}s` }]);
    else
      expect(reply.body).toMatchObject({
        error: { message: expect.stringContaining(`there is no tool "${name}"`) },
      });
  }
});

test('a tool of others is answered as one that does not exist', async () => {
  const server = await serverWith({ callers: [{ name: 'reader', apiKey: 'reader-key', tools: ['read'] }] });
  const ask = async (name: string) =>
    (await rpc(server, 'tools/call', { name, arguments: {} }, bearer('reader-key'))).body;
  const [ofOthers, unheardOf] = [await ask('wipe'), await ask('unheard-of')];
  expect(JSON.stringify(ofOthers).replace('wipe', 'unheard-of')).toBe(JSON.stringify(unheardOf));
  expect(telemetry.spans.map(({ name }) => name)).toEqual(['tools/call unknown', 'tools/call unknown']);
});

test.each<[why: string, headers: Record<string, string>]>([
  ['no key is shown', {}],
  ['a wrong one is', { authorization: 'Bearer other' }],
  ['part of one is', { authorization: 'Bearer shared-' }],
  ['it is no bearer token', { authorization: 'Basic shared-1' }],
  ['it is empty', { authorization: 'Bearer ' }],
])('fails when %s, whatever is asked, but for probes', async (_why, headers) => {
  const server = await serverWith(CALLERS);
  const refused = await rpc(server, 'tools/list', {}, headers);
  expect(refused).toMatchObject({
    status: 401,
    body: {
      jsonrpc: '2.0',
      error: { code: -32000, message: expect.stringContaining('show one of') },
      id: null,
    },
  });
  expect(refused.headers.get('www-authenticate')).toBe('Bearer');
  const others = await Promise.all(
    [`${server.url}/mcp`, `${server.url}/nowhere`].map((url) => fetch(url, { headers })),
  );
  expect(others.map(({ status }) => status)).toEqual([401, 401]);
  const probes = await Promise.all(
    ['/health', '/ready'].map((path) => fetch(server.url + path, { headers })),
  );
  expect(await Promise.all(probes.map((reply) => reply.json()))).toEqual([
    { status: 'healthy', name: 'search' },
    { status: 'ready', name: 'search' },
  ]);
});

test('a key that is replaced is the new one with the next request, and the old one is none', async () => {
  const file = secretFile('first\n');
  const server = await serverWith({ callers: [{ name: 'reader', apiKeyFile: file.path, tools: ['read'] }] });
  const statuses = async () => [
    (await rpc(server, 'tools/list', {}, bearer('first'))).status,
    (await rpc(server, 'tools/list', {}, bearer('second'))).status,
  ];
  expect(await statuses()).toEqual([200, 401]);
  file.write('second\n');
  expect(await statuses()).toEqual([401, 200]);
});

test('keys that cannot be read keep out those who could hold them, and nobody else', async () => {
  const file = secretFile();
  const callers = [
    { name: 'reader', apiKeyFile: file.path },
    { name: 'boss', apiKey: 'boss-key' },
  ];
  const server = await serverWith({ callers });
  expect((await rpc(server, 'tools/list', {}, bearer('reader-key'))).status).toBe(503);
  expect((await rpc(server, 'tools/list', {}, bearer('boss-key'))).status).toBe(200);
  expect((await rpc(server, 'tools/list', {}, {})).status).toBe(401);
  expect(JSON.stringify(telemetry.logs.map(({ attributes }) => attributes))).toContain(
    'MCP_CALLER_READER_API_KEY_FILE names a file that cannot be read',
  );
});

test('an agent that shows its key calls what the key is for, and no more', async () => {
  const server = await serverWith({ callers: [{ name: 'lead', apiKey: 'lead-key', tools: ['read'] }] });
  const mcpServers = [{ name: 'search', url: server.url, apiKey: 'lead-key' }];
  const script = inTurn(asksFor(['read', {}], ['wipe', {}]), says('done'));
  const lead = await startLead(script, { mcpServers });
  open.unshift(lead);
  await lead.ask();
  expect(toolResults(lead.model.requests[1])).toEqual([
    'reads',
    'Error: there is no tool "wipe"; call one of: read',
  ]);
});

test('an agent without the key has no tools, and still answers', async () => {
  const server = await serverWith({ apiKeys: ['shared'] });
  const mcpServers = [{ name: 'search', url: server.url, apiKey: 'other' }];
  const lead = await startLead(inTurn(says('without tools')), { mcpServers });
  open.unshift(lead);
  expect((await lead.ask()).body.choices[0].message.content).toBe('without tools');
});

async function serverWith(callers: Partial<MCPCallersConfig>): Promise<Listening> {
  const server = await startToolServer('search', TOOLS, 0, callers);
  open.push(server);
  return server;
}

function bearer(key: string): Record<string, string> {
  return { authorization: `Bearer ${key}` };
}

function rpc(server: Listening, method: string, params: object, headers: Record<string, string>) {
  const accept = 'application/json, text/event-stream';
  return postJson(`${server.url}/mcp`, { jsonrpc: '2.0', id: 1, method, params }, { accept, ...headers });
}
