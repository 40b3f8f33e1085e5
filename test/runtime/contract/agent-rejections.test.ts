import { agentConfigFromEnv, ConfigError, type Env } from '../../../runtime/contract';

const AGENT: Env = { AGENT_NAME: 'lead', MODEL_API_URL: 'http://llm:8000', MODEL_NAME: 'gpt-4o' };

test.each<[why: string, env: Env, problem: string]>([
  ['the name is missing', { AGENT_NAME: '' }, 'AGENT_NAME is not set; it is required'],
  ['the model URL is missing', { MODEL_API_URL: undefined }, 'MODEL_API_URL is not set; it is required'],
  [
    'the model URL is none',
    { MODEL_API_URL: 'llm:8000' },
    'MODEL_API_URL is "llm:8000"; give an http or https URL',
  ],
  [
    'the model URL is a file',
    { MODEL_API_URL: 'file:///x' },
    'MODEL_API_URL is "file:///x"; give an http or https URL',
  ],
  ['the port is too high', { AGENT_PORT: '65536' }, 'AGENT_PORT is "65536"; give a port from 1 to 65535'],
  ['the port is 0', { AGENT_PORT: '0' }, 'AGENT_PORT is "0"; give a port from 1 to 65535'],
  ['the port is a word', { AGENT_PORT: 'http' }, 'AGENT_PORT is "http"; give a port from 1 to 65535'],
  [
    'the steps are none',
    { AGENTIC_LOOP_MAX_STEPS: '0' },
    'AGENTIC_LOOP_MAX_STEPS is "0"; give a whole number, 1 or more',
  ],
  [
    'the steps are not whole',
    { AGENTIC_LOOP_MAX_STEPS: '1.5' },
    'AGENTIC_LOOP_MAX_STEPS is "1.5"; give a whole number, 1 or more',
  ],
  [
    'an origin has a path',
    { CORS_ALLOWED_ORIGINS: 'https://a.example.com,https://b.example.com/' },
    'CORS_ALLOWED_ORIGINS has "https://b.example.com/"; give origins such as https://chat.example.com',
  ],
  [
    'an origin is any',
    { CORS_ALLOWED_ORIGINS: '*' },
    'CORS_ALLOWED_ORIGINS has "*"; give origins such as https://chat.example.com',
  ],
  [
    'a body may be as large as memory',
    { MAX_BODY_BYTES: '1000000000000' },
    'MAX_BODY_BYTES is "1000000000000"; give a whole number from 1 to 268435456',
  ],
  [
    'no request may run',
    { MAX_CONCURRENT_REQUESTS: '0' },
    'MAX_CONCURRENT_REQUESTS is "0"; give a whole number, 1 or more',
  ],
  [
    'a time limit is negative',
    { TOOL_TIMEOUT_MS: '-1' },
    'TOOL_TIMEOUT_MS is "-1"; give milliseconds from 1 to 2147483647',
  ],
  [
    'a server has no URL',
    { MCP_SERVERS: 'a' },
    'MCP_SERVER_a_URL is not set; MCP_SERVERS lists "a", give its URL',
  ],
  [
    'a header has no value',
    { MCP_SERVERS: 'a', MCP_SERVER_a_URL: 'http://a', MCP_SERVER_a_HEADERS: 'X-Team' },
    'MCP_SERVER_a_HEADER_X_TEAM is not set; MCP_SERVER_a_HEADERS lists "X-Team", give its value or MCP_SERVER_a_HEADER_X_TEAM_FILE',
  ],
  [
    'a header is one that the agent sets',
    {
      MCP_SERVERS: 'a',
      MCP_SERVER_a_URL: 'http://a',
      MCP_SERVER_a_HEADERS: 'Host',
      MCP_SERVER_a_HEADER_HOST: 'b',
    },
    'MCP_SERVER_a_HEADERS has "Host", which the agent sets itself; leave it out',
  ],
  [
    'an agent has no URL',
    { PEER_AGENTS: 'a-b' },
    'PEER_AGENT_A_B_CARD_URL is not set; PEER_AGENTS lists "a-b", give its URL',
  ],
  [
    'the public URL is none',
    { AGENT_PUBLIC_URL: 'lead' },
    'AGENT_PUBLIC_URL is "lead"; give an http or https URL',
  ],
  [
    'a tool to approve is none',
    { TOOL_APPROVAL: 'a/b/c' },
    'TOOL_APPROVAL has "a/b/c"; give tool or server/tool, with * for any text',
  ],
  [
    'tools are to be approved without sessions',
    { TOOL_APPROVAL: 'a', MEMORY_TYPE: 'none' },
    'TOOL_APPROVAL needs sessions; give MEMORY_TYPE local or redis, or leave it out',
  ],
  [
    'the prefix of keys has white space',
    { MEMORY_REDIS_PREFIX: 'a b' },
    'MEMORY_REDIS_PREFIX is "a b"; give 1 to 128 letters, digits, ".", ":", "-" or "_"',
  ],
  ['a sub-agent is no pair', { AGENT_SUB_AGENTS: 'worker' }, 'AGENT_SUB_AGENTS has "worker"; give name:url'],
  [
    'a sub-agent has no name',
    { AGENT_SUB_AGENTS: ':http://a' },
    'AGENT_SUB_AGENTS has ":http://a"; give name:url',
  ],
  [
    'a sub-agent has no URL',
    { AGENT_SUB_AGENTS: 'worker:' },
    'AGENT_SUB_AGENTS has "worker:"; give name:url',
  ],
  [
    'a sub-agent’s URL is none',
    { AGENT_SUB_AGENTS: 'a:b' },
    'AGENT_SUB_AGENTS is "b"; give an http or https URL',
  ],
  [
    'the log level is no level',
    { LOG_LEVEL: 'loud' },
    'LOG_LEVEL is "LOUD"; give one of TRACE, DEBUG, INFO, WARNING, ERROR',
  ],
  [
    'the keys of its callers are none',
    { AGENT_API_KEYS: ' , ' },
    'AGENT_API_KEYS holds no key; give at least one, or leave it out',
  ],
  [
    'the Secret with the keys is empty, rather than letting everybody in',
    { AGENT_API_KEYS: '' },
    'AGENT_API_KEYS holds no key; give at least one, or leave it out',
  ],
  ['a budget is none', { MAX_TOOL_CALLS: '0' }, 'MAX_TOOL_CALLS is "0"; give a whole number, 1 or more'],
  [
    'the memory is of no known type',
    { MEMORY_TYPE: 'disk' },
    'MEMORY_TYPE is "disk"; give one of local, redis, none',
  ],
  [
    'tools are called in no known way',
    { TOOL_CALL_MODE: 'json' },
    'TOOL_CALL_MODE is "json"; give one of auto, native, text',
  ],
  [
    'the context is negative',
    { MEMORY_CONTEXT_LIMIT: '-1' },
    'MEMORY_CONTEXT_LIMIT is "-1"; give a whole number, 0 or more',
  ],
  ['a flag is no flag', { MEMORY_ENABLED: 'on' }, 'MEMORY_ENABLED is "on"; give true or false'],
  ['Redis has no URL', { MEMORY_TYPE: 'redis' }, 'MEMORY_REDIS_URL is not set; it is required'],
  [
    'the URL of Redis is none, without repeating what may hold a password',
    { MEMORY_REDIS_URL: 'http://:hidden@redis' },
    'MEMORY_REDIS_URL is no URL of Redis; give redis://host:port or rediss://host:port',
  ],
  [
    'a sub-agent speaks no known protocol',
    { AGENT_SUB_AGENTS: 'a:http://a', PEER_AGENT_A_PROTOCOL: 'grpc' },
    'PEER_AGENT_A_PROTOCOL is "grpc"; give one of kaos, openai, a2a',
  ],
])('an agent fails when %s', (_why, env, problem) => {
  expect(() => agentConfigFromEnv({ ...AGENT, ...env })).toThrow(new ConfigError([problem]));
});

test('fails with all that is wrong at once, a line for each', () => {
  const env = { MODEL_API_URL: 'llm', AGENT_PORT: 'x', MCP_SERVERS: 'a,b', MCP_SERVER_b_URL: 'b' };
  const problems = [
    'AGENT_NAME is not set; it is required',
    'AGENT_PORT is "x"; give a port from 1 to 65535',
    'MODEL_API_URL is "llm"; give an http or https URL',
    'MODEL_NAME is not set; it is required',
    'MCP_SERVER_a_URL is not set; MCP_SERVERS lists "a", give its URL',
    'MCP_SERVER_b_URL is "b"; give an http or https URL',
  ];
  expect(() => agentConfigFromEnv(env)).toThrow(new ConfigError(problems));
});
