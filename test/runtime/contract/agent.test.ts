import {
  AGENT_DEFAULTS,
  type AgentConfig,
  agentConfigFromEnv,
  agentConfigToEnv,
  type Env,
  MODEL_API_KEY_VARIABLE,
  peerAgentKeyVariable,
  secretFileVariable,
} from '../../../runtime/contract';

const AGENT: AgentConfig = {
  name: 'lead',
  description: 'Leads, "quoted", [bracketed]',
  instructions: 'First line\nsecond line = last',
  instructionsFile: '/etc/agent/instructions.txt',
  host: '127.0.0.1',
  port: 8123,
  publicUrl: 'https://lead.example.com/agents/lead',
  modelUrl: 'http://modelapi-llm.ns.svc.cluster.local:8000',
  modelApiKey: 'not-a-real-key',
  modelApiKeyFile: '/etc/kaos/secrets/model',
  model: 'openai/gpt-4o',
  toolCallMode: 'text',
  maxSteps: 9,
  mcpServers: [
    { name: 'calculator', url: 'http://mcpserver-calculator:8000' },
    {
      name: 'echo-search',
      url: 'http://mcpserver-echo-search:8000',
      tools: ['echo', 'look'],
      timeoutMs: 14,
      apiKeyFile: '/etc/kaos/secrets/echo',
    },
    {
      name: 'tickets',
      url: 'https://tickets.example.com/v1/mcp/',
      tools: [],
      apiKey: 'not-a-key',
      headers: [
        { name: 'X-Team', value: 'not-a-team' },
        { name: 'X-Tenant-Id', file: '/etc/kaos/secrets/tenant' },
      ],
      isExternal: true,
    },
  ],
  toolsLockFile: '/etc/kaos/agent/tools-lock.json',
  subAgents: [
    {
      name: 'data-analyst',
      url: 'http://agent-data-analyst:8000',
      protocol: 'kaos',
      allowCycle: true,
      apiKey: 'not-a-key',
    },
    {
      name: 'researcher',
      url: 'https://agents.example.com',
      protocol: 'openai',
      description: 'Finds, "and" reads',
      model: 'deep-research',
    },
    { name: 'writer', url: 'https://a2a.example.com', protocol: 'a2a', apiKeyFile: '/etc/kaos/secrets/w' },
  ],
  modelTimeoutMs: 1,
  modelMaxRetries: 0,
  toolTimeoutMs: 2,
  delegationTimeoutMs: 3,
  apiKeys: ['not-a-key', 'nor-this'],
  apiKeysFile: '/etc/kaos/secrets/agent',
  maxDelegationDepth: 3,
  maxTotalSteps: 14,
  maxToolCalls: 4,
  maxParallelToolCalls: 11,
  maxToolResultChars: 12,
  maxTokens: 5,
  maxContextTokens: 13,
  requestTimeoutMs: 6,
  taskTimeoutMs: 15,
  toolApproval: ['delete_*', 'search/*'],
  maxBodyBytes: 11,
  maxConcurrentRequests: 12,
  corsAllowedOrigins: ['https://chat.example.com', 'http://localhost:3000'],
  streamHeartbeatMs: 10,
  memoryEnabled: true,
  memoryType: 'redis',
  memoryRequired: true,
  memoryContextLimit: 0,
  memoryMaxSessions: 7,
  memoryMaxSessionEvents: 8,
  memoryRedisUrl: 'rediss://redis:6380/1',
  memoryRedisPrefix: 'team-a:kaos',
  memoryRedisPassword: 'not-a-password',
  memoryRedisPasswordFile: '/etc/kaos/secrets/redis',
  memoryTtlSeconds: 9,
  logLevel: 'TRACE',
};
const AGENT_REQUIRED = { name: 'lead', modelUrl: 'http://llm:8000', model: 'gpt-4o' };

describe('an agent’s configuration', () => {
  test('reads as it was written', () => {
    expect(agentConfigFromEnv(agentConfigToEnv(AGENT))).toEqual(AGENT);
  });

  test('is written in the variables of KAOS', () => {
    expect(agentConfigToEnv(AGENT)).toEqual({
      AGENT_NAME: 'lead',
      AGENT_DESCRIPTION: AGENT.description,
      AGENT_INSTRUCTIONS: AGENT.instructions,
      AGENT_INSTRUCTIONS_FILE: '/etc/agent/instructions.txt',
      AGENT_HOST: '127.0.0.1',
      AGENT_PORT: '8123',
      AGENT_PUBLIC_URL: 'https://lead.example.com/agents/lead',
      MODEL_API_URL: AGENT.modelUrl,
      MODEL_API_KEY: 'not-a-real-key',
      MODEL_API_KEY_FILE: '/etc/kaos/secrets/model',
      MODEL_NAME: 'openai/gpt-4o',
      TOOL_CALL_MODE: 'text',
      AGENTIC_LOOP_MAX_STEPS: '9',
      MCP_SERVERS: 'calculator,echo-search,tickets',
      MCP_SERVER_calculator_URL: 'http://mcpserver-calculator:8000',
      'MCP_SERVER_echo-search_URL': 'http://mcpserver-echo-search:8000',
      'MCP_SERVER_echo-search_TOOLS': 'echo,look',
      'MCP_SERVER_echo-search_TIMEOUT_MS': '14',
      'MCP_SERVER_echo-search_API_KEY_FILE': '/etc/kaos/secrets/echo',
      MCP_SERVER_tickets_URL: 'https://tickets.example.com/v1/mcp/',
      MCP_SERVER_tickets_TOOLS: '',
      MCP_SERVER_tickets_API_KEY: 'not-a-key',
      MCP_SERVER_tickets_HEADERS: 'X-Team,X-Tenant-Id',
      MCP_SERVER_tickets_HEADER_X_TEAM: 'not-a-team',
      MCP_SERVER_tickets_HEADER_X_TENANT_ID_FILE: '/etc/kaos/secrets/tenant',
      MCP_SERVER_tickets_EXTERNAL: 'true',
      TOOLS_LOCK_FILE: '/etc/kaos/agent/tools-lock.json',
      PEER_AGENTS: 'data-analyst,researcher,writer',
      PEER_AGENT_DATA_ANALYST_CARD_URL: 'http://agent-data-analyst:8000',
      PEER_AGENT_DATA_ANALYST_PROTOCOL: 'kaos',
      PEER_AGENT_DATA_ANALYST_ALLOW_CYCLE: 'true',
      PEER_AGENT_DATA_ANALYST_API_KEY: 'not-a-key',
      PEER_AGENT_RESEARCHER_CARD_URL: 'https://agents.example.com',
      PEER_AGENT_RESEARCHER_PROTOCOL: 'openai',
      PEER_AGENT_RESEARCHER_DESCRIPTION: 'Finds, "and" reads',
      PEER_AGENT_RESEARCHER_MODEL: 'deep-research',
      PEER_AGENT_WRITER_CARD_URL: 'https://a2a.example.com',
      PEER_AGENT_WRITER_PROTOCOL: 'a2a',
      PEER_AGENT_WRITER_API_KEY_FILE: '/etc/kaos/secrets/w',
      MODEL_TIMEOUT_MS: '1',
      MODEL_MAX_RETRIES: '0',
      TOOL_TIMEOUT_MS: '2',
      DELEGATION_TIMEOUT_MS: '3',
      AGENT_API_KEYS: 'not-a-key,nor-this',
      AGENT_API_KEYS_FILE: '/etc/kaos/secrets/agent',
      MAX_DELEGATION_DEPTH: '3',
      MAX_TOTAL_STEPS: '14',
      MAX_TOOL_CALLS: '4',
      MAX_PARALLEL_TOOL_CALLS: '11',
      MAX_TOOL_RESULT_CHARS: '12',
      MAX_TOKENS: '5',
      MAX_CONTEXT_TOKENS: '13',
      REQUEST_TIMEOUT_MS: '6',
      TASK_TIMEOUT_MS: '15',
      TOOL_APPROVAL: 'delete_*,search/*',
      MAX_BODY_BYTES: '11',
      MAX_CONCURRENT_REQUESTS: '12',
      CORS_ALLOWED_ORIGINS: 'https://chat.example.com,http://localhost:3000',
      STREAM_HEARTBEAT_MS: '10',
      MEMORY_ENABLED: 'true',
      MEMORY_TYPE: 'redis',
      MEMORY_REQUIRED: 'true',
      MEMORY_CONTEXT_LIMIT: '0',
      MEMORY_MAX_SESSIONS: '7',
      MEMORY_MAX_SESSION_EVENTS: '8',
      MEMORY_REDIS_URL: 'rediss://redis:6380/1',
      MEMORY_REDIS_PREFIX: 'team-a:kaos',
      MEMORY_REDIS_PASSWORD: 'not-a-password',
      MEMORY_REDIS_PASSWORD_FILE: '/etc/kaos/secrets/redis',
      MEMORY_TTL_SECONDS: '9',
      LOG_LEVEL: 'TRACE',
    });
  });

  test('has defaults for all but its name and its model', () => {
    const env = agentConfigToEnv(AGENT_REQUIRED);
    expect(env).toEqual({ AGENT_NAME: 'lead', MODEL_API_URL: 'http://llm:8000', MODEL_NAME: 'gpt-4o' });
    expect(agentConfigFromEnv(env)).toEqual({
      ...AGENT_DEFAULTS,
      ...AGENT_REQUIRED,
      instructionsFile: undefined,
      modelApiKey: undefined,
      apiKeys: [],
      toolApproval: [],
      corsAllowedOrigins: [],
      mcpServers: [],
      subAgents: [],
    });
  });

  test('names the variables that a manifest takes from Secrets, as values and as files', () => {
    const variables = [MODEL_API_KEY_VARIABLE, peerAgentKeyVariable('data-analyst')];
    expect(variables.flatMap((variable) => [variable, secretFileVariable(variable)])).toEqual([
      'MODEL_API_KEY',
      'MODEL_API_KEY_FILE',
      'PEER_AGENT_DATA_ANALYST_API_KEY',
      'PEER_AGENT_DATA_ANALYST_API_KEY_FILE',
    ]);
  });

  test.each(['a,b', 'a\nb\n', ' a ,\r\n b,'])('reads the keys %j', (AGENT_API_KEYS) => {
    expect(agentWith({ AGENT_API_KEYS }).apiKeys).toEqual(['a', 'b']);
  });

  test.each([
    ['TRUE', true],
    ['1', true],
    ['yes', true],
    ['False', false],
    ['0', false],
    ['no', false],
  ])('reads %j as %j', (MEMORY_ENABLED, memoryEnabled) => {
    expect(agentWith({ MEMORY_ENABLED }).memoryEnabled).toBe(memoryEnabled);
  });

  test('is written the same whatever the order of its peers', () => {
    const reversed = {
      ...AGENT,
      mcpServers: [...AGENT.mcpServers].reverse(),
      subAgents: [...AGENT.subAgents].reverse(),
    };
    expect(Object.entries(agentConfigToEnv(reversed))).toEqual(Object.entries(agentConfigToEnv(AGENT)));
  });

  test('takes an empty variable for one that is not set', () => {
    expect(agentWith({ AGENT_PORT: '', MODEL_API_KEY: '', MCP_SERVERS: '', LOG_LEVEL: '' })).toMatchObject({
      port: 8000,
      modelApiKey: undefined,
      mcpServers: [],
      logLevel: 'INFO',
    });
  });

  test.each(['a,b', '[a,b]', ' [ a , b ] ', 'a,,b,'])('reads the list %j', (text) => {
    const urls = { MCP_SERVER_a_URL: 'http://a', MCP_SERVER_b_URL: 'http://b/' };
    expect(agentWith({ MCP_SERVERS: text, ...urls }).mcpServers).toEqual([
      { name: 'a', url: 'http://a' },
      { name: 'b', url: 'http://b' },
    ]);
  });

  test('reads AGENT_SUB_AGENTS in place of PEER_AGENTS', () => {
    const AGENT_SUB_AGENTS = 'data-analyst:http://agent-data-analyst:8000/, b:https://b';
    expect(agentWith({ AGENT_SUB_AGENTS, PEER_AGENTS: 'ignored' }).subAgents).toEqual([
      { name: 'data-analyst', url: 'http://agent-data-analyst:8000' },
      { name: 'b', url: 'https://b' },
    ]);
  });

  test.each([
    [{ LOG_LEVEL: 'warn' }, 'WARNING'],
    [{ LOG_LEVEL: 'Debug' }, 'DEBUG'],
    [{ AGENT_LOG_LEVEL: 'ERROR' }, 'ERROR'],
    [{ LOG_LEVEL: 'INFO', AGENT_LOG_LEVEL: 'ERROR' }, 'INFO'],
    [{ LOG_LEVEL: '', AGENT_LOG_LEVEL: 'TRACE' }, 'TRACE'],
  ])('logs by %j at %s', (env, level) => {
    expect(agentWith(env).logLevel).toBe(level);
  });
});

function agentWith(env: Env): AgentConfig {
  return agentConfigFromEnv({ ...agentConfigToEnv(AGENT_REQUIRED), ...env });
}
