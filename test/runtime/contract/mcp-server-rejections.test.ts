import { ConfigError, type Env, mcpServerConfigFromEnv } from '../../../runtime/contract';

test.each<[why: string, env: Env, problem: string]>([
  ['the name is missing', { MCP_TOOL_MODULES: 'a.js' }, 'MCP_SERVER_NAME is not set; it is required'],
  [
    'there are no tools',
    { MCP_SERVER_NAME: 'a' },
    'MCP_TOOL_MODULES is not set, nor is MCP_STDIO_COMMAND; one of them is required',
  ],
  [
    'there are modules and a command',
    { MCP_SERVER_NAME: 'a', MCP_TOOL_MODULES: 'a.js', MCP_STDIO_COMMAND: '["a"]' },
    'MCP_TOOL_MODULES and MCP_STDIO_COMMAND are both set; leave one of them out',
  ],
  ...['mcp-server stdio', '[]', '[""]', '["a", 1]', '{"a":1}'].map((command): [string, Env, string] => [
    `the command is ${command}`,
    { MCP_SERVER_NAME: 'a', MCP_STDIO_COMMAND: command },
    `MCP_STDIO_COMMAND is ${JSON.stringify(command)}; ` +
      'give a JSON array of texts, such as ["mcp-server","stdio"]',
  ]),
  ...['0', '65', '1.5', 'four'].map((size): [string, Env, string] => [
    `the pool is ${size}`,
    { MCP_SERVER_NAME: 'a', MCP_STDIO_COMMAND: '["a"]', MCP_STDIO_POOL_SIZE: size },
    `MCP_STDIO_POOL_SIZE is "${size}"; give a whole number from 1 to 64`,
  ]),
  [
    'a tool has no time at all',
    { MCP_SERVER_NAME: 'a', MCP_TOOL_MODULES: 'a.js', MCP_TOOL_TIMEOUT_MS: '0' },
    'MCP_TOOL_TIMEOUT_MS is "0"; give milliseconds from 1 to 2147483647',
  ],
  [
    'the list of tools is empty',
    { MCP_SERVER_NAME: 'a', MCP_TOOL_MODULES: ' , ' },
    'MCP_TOOL_MODULES is " , "; give at least one path',
  ],
  [
    'a caller has no key',
    { MCP_SERVER_NAME: 'a', MCP_TOOL_MODULES: 'a.js', MCP_CALLERS: 'web-search' },
    'MCP_CALLER_WEB_SEARCH_API_KEY is not set; MCP_CALLERS lists "web-search", give its key or MCP_CALLER_WEB_SEARCH_API_KEY_FILE',
  ],
  [
    'its keys came out empty',
    { MCP_SERVER_NAME: 'a', MCP_TOOL_MODULES: 'a.js', MCP_API_KEYS: '' },
    'MCP_API_KEYS holds no key; give at least one, or leave it out',
  ],
  ...['tools:8000', 'http://tools', '*', 'a b', 'tools/mcp'].map((host): [string, Env, string] => [
    `the host "${host}" is no name`,
    { MCP_SERVER_NAME: 'a', MCP_TOOL_MODULES: 'a.js', MCP_ALLOWED_HOSTS: `a.example.com,${host}` },
    `MCP_ALLOWED_HOSTS has "${host}"; give names such as tools.example.com, without a port`,
  ]),
  [
    'an origin is any',
    { MCP_SERVER_NAME: 'a', MCP_TOOL_MODULES: 'a.js', MCP_ALLOWED_ORIGINS: '*' },
    'MCP_ALLOWED_ORIGINS has "*"; give origins such as https://chat.example.com',
  ],
])('an MCP server fails when %s', (_why, env, problem) => {
  expect(() => mcpServerConfigFromEnv(env)).toThrow(new ConfigError([problem]));
});
