import { type MCPCallersConfig, mcpCallersToEnv } from '../../../runtime/contract';
import { getJson, postJson } from '../../support/http';
import { describeWithPython, type PythonServer, PythonServers } from '../../support/python';
import { secretFile } from '../../support/secret-file';

jest.setTimeout(60_000);

const CODE = `
def read() -> str:
    return "reads"


def wipe() -> str:
    return "wipes"
`;
const CALLERS = {
  apiKeys: ['shared-1', 'shared-2'],
  callers: [
    { name: 'reader', apiKey: 'reader-key', tools: ['read'] },
    { name: 'wiper', apiKey: 'wiper-key', tools: ['wipe', 'gone'] },
    { name: 'boss', apiKey: 'boss-key\n' },
    { name: 'idle', apiKey: 'idle-key', tools: [] },
    { name: 'half', apiKey: 'twin-key', tools: ['read'] },
    { name: 'twin', apiKey: 'twin-key', tools: ['wipe'] },
  ],
};

const servers = new PythonServers();
afterAll(() => servers.remove());

const startWith = (callers: Partial<MCPCallersConfig>) => servers.start(CODE, mcpCallersToEnv(callers));

function rpc(server: PythonServer, method: string, params: object, key?: string) {
  const accept = 'application/json, text/event-stream';
  const shown: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` };
  return postJson(`${server.url}/mcp`, { jsonrpc: '2.0', id: 1, method, params }, { accept, ...shown });
}

const statusOf = async (server: PythonServer, key?: string) =>
  (await rpc(server, 'tools/list', {}, key)).status;

describeWithPython('a server with tools in Python whose callers have keys', () => {
  let server: PythonServer;
  beforeAll(async () => {
    server = await startWith(CALLERS);
  });
  afterAll(() => servers.stop());

  test.each([
    ['shared-1', ['read', 'wipe']],
    ['shared-2', ['read', 'wipe']],
    ['reader-key', ['read']],
    ['wiper-key', ['wipe']],
    ['boss-key', ['read', 'wipe']],
    ['idle-key', []],
    ['twin-key', ['read', 'wipe']],
  ])('lets whoever shows %s see and call %j', async (key, names) => {
    const { body } = await rpc(server, 'tools/list', {}, key);
    expect(body.result.tools.map(({ name }: { name: string }) => name)).toEqual(names);
    for (const name of ['read', 'wipe']) {
      const reply = await rpc(server, 'tools/call', { name, arguments: {} }, key);
      if (names.includes(name)) expect(reply.body.result.content).toMatchObject([{ text: `${name}s` }]);
      else expect(reply.body.error.message).toBe(`there is no tool "${name}"`);
    }
  });

  test('answers a call of a tool of others as one that does not exist', async () => {
    const ask = async (name: string) => {
      const { status, body } = await rpc(server, 'tools/call', { name, arguments: { a: 1 } }, 'reader-key');
      return JSON.stringify({ status, body }).replace(name, 'unheard-of');
    };
    expect(await ask('wipe')).toBe(await ask('unheard-of'));
  });

  test.each<[why: string, headers: Record<string, string>]>([
    ['no key is shown', {}],
    ['a wrong one is', { authorization: 'Bearer other' }],
    ['part of one is', { authorization: 'Bearer shared-' }],
    ['one is that no key could be', { authorization: 'Bearer gr\u00f6\u00dfe' }],
    ['it is no bearer token', { authorization: 'Basic shared-1' }],
    ['it is empty', { authorization: 'Bearer ' }],
  ])('answers 401 when %s, whatever is asked, but for probes', async (_why, headers) => {
    const refused = await postJson(`${server.url}/mcp`, { jsonrpc: '2.0', id: 1, method: 'ping' }, headers);
    expect(refused).toMatchObject({
      status: 401,
      body: {
        jsonrpc: '2.0',
        error: { code: -32000, message: 'show one of the server\'s keys: "Authorization: Bearer <key>"' },
        id: null,
      },
    });
    expect(refused.headers.get('www-authenticate')).toBe('Bearer');
    for (const path of ['/mcp', '/nowhere'])
      expect(await getJson(server.url + path, headers)).toMatchObject({ status: 401 });
    expect((await getJson(`${server.url}/health`, headers)).body).toEqual({
      status: 'healthy',
      name: 'snakes',
    });
    expect((await getJson(`${server.url}/ready`, headers)).body).toEqual({ status: 'ready', name: 'snakes' });
  });

  test('has no name in its log for a tool of others', async () => {
    const own = await startWith(CALLERS);
    await rpc(own, 'tools/call', { name: 'wipe', arguments: {} }, 'reader-key');
    own.kill('SIGTERM');
    const said = await own.stdout;
    expect(said).toContain('"tools/call unknown failed"');
    expect(said).not.toContain('wipe');
  });

  test('looks at keys before pages, and at pages all the same', async () => {
    const ask = async (headers: Record<string, string>) =>
      (await postJson(`${server.url}/mcp`, {}, { origin: 'https://evil.example', ...headers })).status;
    expect([await ask({}), await ask({ authorization: 'bearer  boss-key ' })]).toEqual([401, 403]);
  });
});

describeWithPython('keys of a server with tools in Python, in files', () => {
  afterEach(() => servers.stop());

  test('are the new ones with the next request, and the old ones are none', async () => {
    const [own, shared] = [secretFile('first\n'), secretFile('a\nb\n')];
    const server = await startWith({
      apiKeys: ['variable'],
      apiKeysFile: shared.path,
      callers: [{ name: 'reader', apiKeyFile: own.path, tools: ['read'] }],
    });
    const statuses = () =>
      Promise.all(['first', 'second', 'b', 'c', 'variable'].map((key) => statusOf(server, key)));
    expect(await statuses()).toEqual([200, 401, 200, 401, 401]);
    own.write('second\n');
    shared.write('a\nc\n');
    expect(await statuses()).toEqual([401, 200, 401, 200, 401]);
  });

  test('keep out those who could hold them when they cannot be read, and nobody else', async () => {
    const [file, empty] = [secretFile(), secretFile(' \n')];
    const server = await startWith({
      callers: [
        { name: 'reader', apiKeyFile: file.path },
        { name: 'idle', apiKeyFile: empty.path },
        { name: 'boss', apiKey: 'boss-key' },
      ],
    });
    const statuses = [
      await statusOf(server, 'other'),
      await statusOf(server, 'boss-key'),
      await statusOf(server),
    ];
    expect(statuses).toEqual([503, 200, 401]);
    await servers.stop();
    const said = await server.stdout;
    expect(said).toContain('MCP_CALLER_READER_API_KEY_FILE names a file that cannot be read');
    expect(said).toContain('MCP_CALLER_IDLE_API_KEY_FILE names a file that is empty');
    expect(said).not.toMatch(/other|boss-key/);
  });
});

describeWithPython('a server with tools in Python that is told wrong of its callers', () => {
  afterEach(() => servers.stop());

  test('does not start', async () => {
    const server = await servers.start(CODE, { MCP_API_KEYS: '', MCP_CALLERS: 'reader' });
    expect(await server.exit).toBe(1);
    expect(await server.stderr).toBe(
      'MCP_API_KEYS holds no key; give at least one, or leave it out\n' +
        'MCP_CALLER_READER_API_KEY is not set; MCP_CALLERS lists "reader", ' +
        'give its key or MCP_CALLER_READER_API_KEY_FILE\n',
    );
  });
});
