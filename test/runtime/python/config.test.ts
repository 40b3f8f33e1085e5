import {
  DRAIN_SECONDS,
  FLUSH_SECONDS,
  HTTP_PORT,
  mcpServerConfigFromEnv,
  pythonServerConfigToEnv,
} from '../../../runtime/contract';
import { ConfigError } from '../../../runtime/contract/env-reader';
import { describeWithPython, startPython } from '../../support/python';

jest.setTimeout(60_000);

const READ = `
import dataclasses, json, os
from kaos_mcp import config
said, problems = config.config_from_env(os.environ)
print(json.dumps([dataclasses.asdict(said), problems]))`;

async function read(env: Record<string, string>): Promise<unknown> {
  return JSON.parse(await startPython(['-c', READ], env).stdout);
}

describeWithPython('what a server with tools in Python is told', () => {
  test('reads as it was written', async () => {
    const env = pythonServerConfigToEnv({
      name: 'search',
      host: '::',
      port: 1,
      toolsFile: '/etc/kaos/tools/a.py',
      logLevel: 'ERROR',
      allowedHosts: ['tools.example.com', '*.example.org'],
      allowedOrigins: ['https://chat.example.com'],
      apiKeys: ['shared-1', 'shared-2'],
      apiKeysFile: '/run/keys',
      callers: [
        { name: 'web-search', apiKey: 'its-key', tools: ['a', 'b'] },
        { name: 'boss', apiKeyFile: '/run/boss' },
        { name: 'idle', apiKey: 'idle-key', tools: [] },
      ],
    });
    expect(await read(env)).toEqual([
      {
        name: 'search',
        host: '::',
        port: 1,
        tools_file: '/etc/kaos/tools/a.py',
        tools_text: null,
        log_level: 'ERROR',
        allowed_hosts: ['tools.example.com', '*.example.org'],
        allowed_origins: ['https://chat.example.com'],
        api_keys: ['shared-1', 'shared-2'],
        api_keys_file: '/run/keys',
        callers: [
          { name: 'boss', api_key: null, api_key_file: '/run/boss', tools: null },
          { name: 'idle', api_key: 'idle-key', api_key_file: null, tools: [] },
          { name: 'web-search', api_key: 'its-key', api_key_file: null, tools: ['a', 'b'] },
        ],
      },
      [],
    ]);
  });

  test('has defaults for all but its name and its code', async () => {
    expect(await read(pythonServerConfigToEnv({ name: 'search', toolsFile: 'a.py' }))).toEqual([
      {
        name: 'search',
        host: '0.0.0.0',
        port: HTTP_PORT,
        tools_file: 'a.py',
        tools_text: null,
        log_level: 'INFO',
        allowed_hosts: null,
        allowed_origins: [],
        api_keys: [],
        api_keys_file: null,
        callers: [],
      },
      [],
    ]);
  });

  test.each([
    [{ LOG_LEVEL: 'warn' }, 'WARNING'],
    [{ MCP_LOG_LEVEL: 'Debug' }, 'DEBUG'],
    [{ LOG_LEVEL: 'TRACE', MCP_LOG_LEVEL: 'ERROR' }, 'TRACE'],
  ])('logs by %j at %s', async (env, level) => {
    const named = pythonServerConfigToEnv({ name: 'search', toolsFile: 'a.py' });
    expect(await read({ ...named, ...env })).toMatchObject([{ log_level: level }, []]);
  });

  test('says which hosts and origins could not be', async () => {
    const env = { MCP_ALLOWED_HOSTS: 'a:80', MCP_ALLOWED_ORIGINS: 'https://a.example/' };
    const named = pythonServerConfigToEnv({ name: 'search', toolsFile: 'a.py' });
    const [, problems] = (await read({ ...named, ...env })) as [object, string[]];
    expect(problems).toEqual([
      'MCP_ALLOWED_HOSTS has "a:80"; give names such as tools.example.com, without a port',
      'MCP_ALLOWED_ORIGINS has "https://a.example/"; give origins such as https://chat.example.com',
    ]);
  });

  test.each([
    [{ MCP_API_KEYS: '' }, 'MCP_API_KEYS holds no key; give at least one, or leave it out'],
    [{ MCP_API_KEYS: ' ,\n' }, 'MCP_API_KEYS holds no key; give at least one, or leave it out'],
    [
      { MCP_CALLERS: 'web-search' },
      'MCP_CALLER_WEB_SEARCH_API_KEY is not set; MCP_CALLERS lists "web-search", ' +
        'give its key or MCP_CALLER_WEB_SEARCH_API_KEY_FILE',
    ],
  ])('says as the server for Node does that %j cannot be', async (env, problem) => {
    const named = pythonServerConfigToEnv({ name: 'search', toolsFile: 'a.py' });
    const [, problems] = (await read({ ...named, ...env })) as [object, string[]];
    expect(problems).toEqual([problem]);
    expect(() =>
      mcpServerConfigFromEnv({ MCP_SERVER_NAME: 'search', MCP_TOOL_MODULES: 'a.js', ...env }),
    ).toThrow(new ConfigError([problem]));
  });

  test('shows nobody the keys', async () => {
    const show = 'import os; from kaos_mcp import config; print(config.config_from_env(os.environ))';
    const callers = [{ name: 'a', apiKey: 'own-key' }];
    const env = pythonServerConfigToEnv({ name: 'b', toolsFile: 'a.py', apiKeys: ['shared-key'], callers });
    const shown = await startPython(['-c', show], env).stdout;
    expect(shown).toContain("Caller(name='a'");
    expect(shown).not.toMatch(/(own|shared)-key/);
  });

  test('agrees with the contract on how long an end may take', async () => {
    const print = 'from kaos_mcp import config; print(config.DRAIN_SECONDS, config.FLUSH_SECONDS)';
    expect(await startPython(['-c', print], {}).stdout).toBe(`${DRAIN_SECONDS} ${FLUSH_SECONDS}\n`);
  });
});
