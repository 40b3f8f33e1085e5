import {
  MCP_SERVER_DEFAULTS,
  type MCPServerConfig,
  mcpServerConfigFromEnv,
  mcpServerConfigToEnv,
} from '../../../runtime/contract';

describe('an MCP server’s configuration', () => {
  const server: MCPServerConfig = {
    name: 'search',
    host: '::',
    port: 1,
    toolModules: ['a.js', 'b.cjs'],
    apiKeys: ['not-a-key', 'nor-this'],
    apiKeysFile: '/etc/kaos/secrets/keys',
    callers: [
      { name: 'analyst', apiKey: 'not-a-key', tools: ['read', 'look'] },
      { name: 'web-search', apiKeyFile: '/etc/kaos/secrets/search', tools: [] },
      { name: 'writer', apiKeyFile: '/etc/kaos/secrets/writer' },
    ],
    allowedHosts: ['mcpserver-search', '*.example.com', 'xn--bcher-kva.example'],
    allowedOrigins: ['https://chat.example.com', 'http://localhost:3000'],
    stdio: undefined,
    toolTimeoutMs: 7,
    logLevel: 'ERROR',
  };
  const stdio = {
    command: ['mcp-server', '--root', 'a,b "c" [d]'],
    poolSize: 2,
    idleMs: 9,
    env: ['API_URL', 'TOKEN'],
  };

  test.each<[from: string, config: MCPServerConfig]>([
    ['modules', server],
    ['a command', { ...server, toolModules: [], stdio }],
  ])('with tools from %s reads as it was written', (_from, config) => {
    expect(mcpServerConfigFromEnv(mcpServerConfigToEnv(config))).toEqual(config);
  });

  test('has defaults for all but the command', () => {
    const env = mcpServerConfigToEnv({ name: 'search', stdio: { command: ['mcp-server'] } });
    expect(env).toEqual({ MCP_SERVER_NAME: 'search', MCP_STDIO_COMMAND: '["mcp-server"]' });
    expect(mcpServerConfigFromEnv(env).stdio).toEqual({
      command: ['mcp-server'],
      poolSize: 4,
      idleMs: 300_000,
      env: [],
    });
  });

  test('has defaults for all but its name and its tools', () => {
    const required = { name: 'search', toolModules: ['a.js'] };
    expect(mcpServerConfigFromEnv(mcpServerConfigToEnv(required))).toEqual({
      ...MCP_SERVER_DEFAULTS,
      stdio: undefined,
      ...required,
      apiKeys: [],
      callers: [],
    });
  });

  test('is written the same whatever the order of its callers', () => {
    const reversed = { ...server, callers: [...server.callers].reverse() };
    expect(Object.entries(mcpServerConfigToEnv(reversed))).toEqual(
      Object.entries(mcpServerConfigToEnv(server)),
    );
  });

  test('that allows no host at all is no server that allows any', () => {
    const env = mcpServerConfigToEnv({ ...server, allowedHosts: [] });
    expect(mcpServerConfigFromEnv(env).allowedHosts).toEqual([]);
  });

  test('logs by MCP_LOG_LEVEL when LOG_LEVEL is not set', () => {
    const env = mcpServerConfigToEnv({ name: 'search', toolModules: ['a.js'] });
    expect(mcpServerConfigFromEnv({ ...env, MCP_LOG_LEVEL: 'warning' }).logLevel).toBe('WARNING');
  });
});
