/**
 * All that a manifest and a process agree on. Each agreement is written once: a type, its writer and its
 * reader side by side. Constructs write these variables, processes read them, and nothing else is shared.
 */
import { type Env, type EnvReader, readAll } from './env-reader';

export { ConfigError, type Env } from './env-reader';

/** Port on which agents and MCP servers listen. */
export const HTTP_PORT = 8000;
/** Answers 200 while the process lives. */
export const HEALTH_PATH = '/health';
/** Answers 200 once every dependency was reached, 503 before. */
export const READY_PATH = '/ready';
/** OpenAI-compatible chat endpoint of agents and model gateways. */
export const CHAT_PATH = '/v1/chat/completions';
/** The models that an agent or a gateway answers for, in the format of OpenAI. */
export const MODELS_PATH = '/v1/models';
/** Agent card of A2A, where KAOS's agents and older clients look for it. */
export const CARD_PATH = '/.well-known/agent.json';
/** The same card, where A2A looks for it. */
export const A2A_CARD_PATH = '/.well-known/agent-card.json';
/** A2A as JSON-RPC. */
export const A2A_PATH = '/a2a';
/** Header in which a proxy says which path it has taken away, so that an agent can tell its own address. */
export const FORWARDED_PREFIX_HEADER = 'x-forwarded-prefix';
/** What an agent remembers of its sessions. */
export const MEMORY_EVENTS_PATH = '/memory/events';
export const MEMORY_SESSIONS_PATH = '/memory/sessions';
/** MCP over streamable HTTP. */
export const MCP_PATH = '/mcp';
/** Liveness of a LiteLLM proxy (its spelling); unlike its `/health` it calls no model. */
export const GATEWAY_LIVENESS_PATH = '/health/liveliness';
/** Readiness of a LiteLLM proxy. */
export const GATEWAY_READINESS_PATH = '/health/readiness';

/** A process finishes its running requests within it after SIGTERM; its pod is granted this and a margin. */
export const DRAIN_SECONDS = 20;
/** Telemetry is flushed within it, after the drain. */
export const FLUSH_SECONDS = 5;
/** Holds the key that the model gateway asks for; a manifest takes it from a Secret. */
export const MODEL_API_KEY_VARIABLE = 'MODEL_API_KEY';
/** Holds the keys of which callers of an agent show one, apart by commas or line breaks; from a Secret too. */
export const AGENT_API_KEYS_VARIABLE = 'AGENT_API_KEYS';
/** Holds the password of the Redis that keeps sessions; from a Secret too. */
export const MEMORY_REDIS_PASSWORD_VARIABLE = 'MEMORY_REDIS_PASSWORD';

/**
 * Agents that a request came through, outermost first, apart by commas and percent-encoded: how many they are is
 * how deep it was delegated.
 */
export const ANCESTORS_HEADER = 'x-kaos-ancestors';
/** More than that is no delegation that anybody wanted. */
export const MAX_ANCESTORS = 64;
/** Milliseconds for which the caller still waits. */
export const TIMEOUT_HEADER = 'x-kaos-timeout-ms';
/** `true` when the caller means to close a circle: the agent is then asked by way of itself, as deep as is allowed. */
export const ALLOW_CYCLE_HEADER = 'x-kaos-allow-cycle';
/** What is left of the caller's own limits, for all that is done for the request. */
export const TOOL_CALLS_LEFT_HEADER = 'x-kaos-tool-calls-left';
export const TOKENS_LEFT_HEADER = 'x-kaos-tokens-left';
/** In replies to delegations: what was used, by agents further down too. */
export const TOOL_CALLS_USED_HEADER = 'x-kaos-tool-calls-used';
export const TOKENS_USED_HEADER = 'x-kaos-tokens-used';
/** The session that a request belongs to, in requests and replies. */
export const SESSION_HEADER = 'x-session-id';
/** More than that no process of ours could hold in memory as often as it may have to. */
export const MAX_BODY_BYTES = 256 * 1024 * 1024;
/** Numeric user and group of the runtime image. */
export const RUNTIME_UID = 65532;

/** Commands of the runtime image: one image, the command chooses the process. */
export const AGENT_COMMAND = ['node', '/app/agent.js'] as const;
export const MCP_SERVER_COMMAND = ['node', '/app/mcp-server.js'] as const;
/** What a tool module may import without bringing it along: the MCP server process provides it. */
export const PROVIDED_MODULES = ['cdk8s-kaos/tool', 'zod'] as const;

/** Where something listens that a process calls. */
export interface Peer {
  /** What the other side is called. */
  readonly name: string;
  /** Base URL, with neither path nor trailing slash. */
  readonly url: string;
}

export const PEER_PROTOCOLS = ['kaos', 'openai', 'a2a'] as const;
/**
 * How an agent is spoken to: `kaos` has a card and takes tasks as chat completions, `openai` knows chat
 * completions alone, `a2a` has a card that says where it takes messages as JSON-RPC.
 */
export type PeerProtocol = (typeof PEER_PROTOCOLS)[number];

/** An agent that another delegates to. */
export interface PeerAgent extends Peer {
  /** @default 'kaos' */
  readonly protocol?: PeerProtocol;
  /**
   * What an agent without a card is good at.
   * @default - the model that delegates knows its name alone
   */
  readonly description?: string;
  /**
   * Which model an agent of the protocol `openai` is asked for.
   * @default - the agent's name
   */
  readonly model?: string;
  /**
   * Whether a task may come back to an agent of ours that it came from, as deep as is allowed.
   * @default - it is refused there
   */
  readonly allowCycle?: boolean;
  /** What it asks its callers for; `apiKeyFile` wins when both are given. */
  readonly apiKey?: string;
  /** Path of a file that holds the key; it is read when it is needed. */
  readonly apiKeyFile?: string;
}

export const MEMORY_TYPES = ['local', 'redis', 'none'] as const;
/** Where sessions are kept: in the process, in Redis, or not at all. */
export type MemoryType = (typeof MEMORY_TYPES)[number];

export const TOOL_CALL_MODES = ['auto', 'native', 'text'] as const;
/**
 * How a model is told of tools and calls them: as the API has it, in words and fenced blocks for models that know no
 * tools, or as the API has it until the gateway rejects that.
 */
export type ToolCallMode = (typeof TOOL_CALL_MODES)[number];

export const LOG_LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARNING', 'ERROR'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What an agent process needs to know. */
export interface AgentConfig {
  readonly name: string;
  /** What the agent is good at, for its card and for the agents that delegate to it. */
  readonly description: string;
  /** System prompt; `instructionsFile` wins when both are given. */
  readonly instructions: string;
  /** Path of a file that holds the system prompt. */
  readonly instructionsFile: string | undefined;
  readonly host: string;
  readonly port: number;
  /** Base URL by which callers reach the agent; undefined takes the one by which its card was asked for. */
  readonly publicUrl: string | undefined;
  /** Base URL of an OpenAI-compatible API, without `/v1`. */
  readonly modelUrl: string;
  /** `modelApiKeyFile` wins when both are given. */
  readonly modelApiKey: string | undefined;
  /** Path of a file that holds the key; it is read for each request. */
  readonly modelApiKeyFile: string | undefined;
  readonly model: string;
  readonly toolCallMode: ToolCallMode;
  /** Passes of the agentic loop before a request is given up, 1 or more. */
  readonly maxSteps: number;
  readonly mcpServers: readonly Peer[];
  readonly subAgents: readonly PeerAgent[];
  readonly modelTimeoutMs: number;
  /** How often a model call that failed is made again; only what may be better the next time is. */
  readonly modelMaxRetries: number;
  readonly toolTimeoutMs: number;
  readonly delegationTimeoutMs: number;
  /** Callers show one of these; with none, and no file, the agent answers everybody. */
  readonly apiKeys: readonly string[];
  /** Path of a file that holds the keys, read for each request; it wins when both are given. */
  readonly apiKeysFile: string | undefined;
  /** How many agents a request may have come through, up to 64; deeper ones are refused. */
  readonly maxDelegationDepth: number;
  /** Tool calls and delegations of one request, at most. */
  readonly maxToolCalls: number | undefined;
  /** Tool calls and delegations of one turn that are under way at a time. */
  readonly maxParallelToolCalls: number;
  /** Characters of one result that the model is told; a longer one is cut, with a note. */
  readonly maxToolResultChars: number;
  /** Tokens after which a request asks its model no more, as the model counts them. */
  readonly maxTokens: number | undefined;
  /** Tokens of one question to the model, as far as can be estimated: a longer conversation is shortened, then summed up. */
  readonly maxContextTokens: number | undefined;
  /** Wall time of one request, at most. */
  readonly requestTimeoutMs: number | undefined;
  /** Tools that are called only once a person approved: names, `server/tool`, or either with `*` for any text. */
  readonly toolApproval: readonly string[];
  /** Larger requests are refused. */
  readonly maxBodyBytes: number;
  /** Requests that are answered at a time; more are told to ask again. */
  readonly maxConcurrentRequests: number;
  /** Origins, such as `https://chat.example.com`, whose pages may call the agent from a browser. */
  readonly corsAllowedOrigins: readonly string[];
  /** A streamed reply that has nothing to say for so long shows that it lives. */
  readonly streamHeartbeatMs: number;
  /** `false` is the same as the type `none`. */
  readonly memoryEnabled: boolean;
  readonly memoryType: MemoryType;
  /** Whether a request fails when its session cannot be recalled or kept; if not, it is answered without. */
  readonly memoryRequired: boolean;
  /** Messages of a session that are told to the model before those of the request, at most. */
  readonly memoryContextLimit: number;
  readonly memoryMaxSessions: number;
  readonly memoryMaxSessionEvents: number;
  /** `redis://host:port`, or `rediss://host:port` with TLS. */
  readonly memoryRedisUrl: string | undefined;
  /** What all keys begin with: agents of one name that share a Redis are told apart by it. */
  readonly memoryRedisPrefix: string;
  /** `memoryRedisPasswordFile` wins when both are given. */
  readonly memoryRedisPassword: string | undefined;
  readonly memoryRedisPasswordFile: string | undefined;
  /** A session is forgotten when nothing was added to it for so long. */
  readonly memoryTtlSeconds: number | undefined;
  readonly logLevel: LogLevel;
}

/** What applies when a variable is absent. */
export const AGENT_DEFAULTS = {
  description: 'AI Agent',
  instructions: 'You are a helpful assistant.',
  host: '0.0.0.0',
  port: HTTP_PORT,
  toolCallMode: 'auto',
  maxSteps: 5,
  modelTimeoutMs: 60_000,
  modelMaxRetries: 2,
  toolTimeoutMs: 60_000,
  delegationTimeoutMs: 300_000,
  maxDelegationDepth: 8,
  maxParallelToolCalls: 8,
  maxToolResultChars: 100_000,
  maxBodyBytes: 10 * 1024 * 1024,
  maxConcurrentRequests: 256,
  streamHeartbeatMs: 15_000,
  memoryEnabled: true,
  memoryType: 'local',
  memoryRequired: false,
  memoryRedisPrefix: 'kaos',
  memoryContextLimit: 6,
  memoryMaxSessions: 1_000,
  memoryMaxSessionEvents: 500,
  logLevel: 'INFO',
} as const;

/** An agent's configuration as a manifest states it: what has a default may be left out. */
export type AgentSettings = Pick<AgentConfig, 'name' | 'modelUrl' | 'model'> & Partial<AgentConfig>;

export function agentConfigToEnv(config: AgentSettings): Record<string, string> {
  return {
    AGENT_NAME: config.name,
    ...given('AGENT_DESCRIPTION', config.description),
    ...given('AGENT_INSTRUCTIONS', config.instructions),
    ...given('AGENT_INSTRUCTIONS_FILE', config.instructionsFile),
    ...given('AGENT_HOST', config.host),
    ...given('AGENT_PORT', config.port),
    ...given('AGENT_PUBLIC_URL', config.publicUrl),
    MODEL_API_URL: config.modelUrl,
    ...given(MODEL_API_KEY_VARIABLE, config.modelApiKey),
    ...given(secretFileVariable(MODEL_API_KEY_VARIABLE), config.modelApiKeyFile),
    MODEL_NAME: config.model,
    ...given('TOOL_CALL_MODE', config.toolCallMode),
    ...given('AGENTIC_LOOP_MAX_STEPS', config.maxSteps),
    ...peersToEnv('MCP_SERVERS', mcpServerUrlVariable, config.mcpServers),
    ...peersToEnv('PEER_AGENTS', peerAgentUrlVariable, config.subAgents),
    ...Object.assign({}, ...sortedByName(config.subAgents).map(peerAgentToEnv)),
    ...given('MODEL_TIMEOUT_MS', config.modelTimeoutMs),
    ...given('MODEL_MAX_RETRIES', config.modelMaxRetries),
    ...given('TOOL_TIMEOUT_MS', config.toolTimeoutMs),
    ...given('DELEGATION_TIMEOUT_MS', config.delegationTimeoutMs),
    ...given(AGENT_API_KEYS_VARIABLE, config.apiKeys?.join(',') || undefined),
    ...given(secretFileVariable(AGENT_API_KEYS_VARIABLE), config.apiKeysFile),
    ...given('MAX_DELEGATION_DEPTH', config.maxDelegationDepth),
    ...given('MAX_TOOL_CALLS', config.maxToolCalls),
    ...given('MAX_PARALLEL_TOOL_CALLS', config.maxParallelToolCalls),
    ...given('MAX_TOOL_RESULT_CHARS', config.maxToolResultChars),
    ...given('MAX_TOKENS', config.maxTokens),
    ...given('MAX_CONTEXT_TOKENS', config.maxContextTokens),
    ...given('REQUEST_TIMEOUT_MS', config.requestTimeoutMs),
    ...given('TOOL_APPROVAL', config.toolApproval?.join(',') || undefined),
    ...given('MAX_BODY_BYTES', config.maxBodyBytes),
    ...given('MAX_CONCURRENT_REQUESTS', config.maxConcurrentRequests),
    ...given('CORS_ALLOWED_ORIGINS', config.corsAllowedOrigins?.join(',') || undefined),
    ...given('STREAM_HEARTBEAT_MS', config.streamHeartbeatMs),
    ...memoryToEnv(config),
    ...given('LOG_LEVEL', config.logLevel),
  };
}

function memoryToEnv(config: AgentSettings): Record<string, string> {
  return {
    ...given('MEMORY_ENABLED', config.memoryEnabled),
    ...given('MEMORY_TYPE', config.memoryType),
    ...given('MEMORY_REQUIRED', config.memoryRequired),
    ...given('MEMORY_CONTEXT_LIMIT', config.memoryContextLimit),
    ...given('MEMORY_MAX_SESSIONS', config.memoryMaxSessions),
    ...given('MEMORY_MAX_SESSION_EVENTS', config.memoryMaxSessionEvents),
    ...given('MEMORY_REDIS_URL', config.memoryRedisUrl),
    ...given('MEMORY_REDIS_PREFIX', config.memoryRedisPrefix),
    ...given(MEMORY_REDIS_PASSWORD_VARIABLE, config.memoryRedisPassword),
    ...given(secretFileVariable(MEMORY_REDIS_PASSWORD_VARIABLE), config.memoryRedisPasswordFile),
    ...given('MEMORY_TTL_SECONDS', config.memoryTtlSeconds),
  };
}

/** @throws ConfigError naming every variable that is missing or malformed */
export function agentConfigFromEnv(env: Env): AgentConfig {
  return readAll(env, (read) => ({
    name: read.required('AGENT_NAME'),
    description: read.text('AGENT_DESCRIPTION') ?? AGENT_DEFAULTS.description,
    instructions: read.text('AGENT_INSTRUCTIONS') ?? AGENT_DEFAULTS.instructions,
    instructionsFile: read.text('AGENT_INSTRUCTIONS_FILE'),
    host: read.text('AGENT_HOST') ?? AGENT_DEFAULTS.host,
    port: read.port('AGENT_PORT') ?? AGENT_DEFAULTS.port,
    publicUrl: readPublicUrl(read),
    modelUrl: read.url('MODEL_API_URL', read.required('MODEL_API_URL')),
    modelApiKey: read.secret(MODEL_API_KEY_VARIABLE),
    modelApiKeyFile: read.text(secretFileVariable(MODEL_API_KEY_VARIABLE)),
    model: read.required('MODEL_NAME'),
    toolCallMode: read.oneOf('TOOL_CALL_MODE', TOOL_CALL_MODES) ?? AGENT_DEFAULTS.toolCallMode,
    maxSteps: read.count('AGENTIC_LOOP_MAX_STEPS') ?? AGENT_DEFAULTS.maxSteps,
    mcpServers: readPeers(read, 'MCP_SERVERS', mcpServerUrlVariable),
    subAgents: readSubAgents(read).map((agent) => ({ ...agent, ...readPeerAgent(read, agent.name) })),
    modelTimeoutMs: read.timeoutMs('MODEL_TIMEOUT_MS') ?? AGENT_DEFAULTS.modelTimeoutMs,
    modelMaxRetries: read.countFromZero('MODEL_MAX_RETRIES') ?? AGENT_DEFAULTS.modelMaxRetries,
    toolTimeoutMs: read.timeoutMs('TOOL_TIMEOUT_MS') ?? AGENT_DEFAULTS.toolTimeoutMs,
    delegationTimeoutMs: read.timeoutMs('DELEGATION_TIMEOUT_MS') ?? AGENT_DEFAULTS.delegationTimeoutMs,
    apiKeys: read.secrets(AGENT_API_KEYS_VARIABLE),
    apiKeysFile: read.text(secretFileVariable(AGENT_API_KEYS_VARIABLE)),
    maxDelegationDepth:
      read.countUpTo('MAX_DELEGATION_DEPTH', MAX_ANCESTORS) ?? AGENT_DEFAULTS.maxDelegationDepth,
    maxToolCalls: read.count('MAX_TOOL_CALLS'),
    maxParallelToolCalls: read.count('MAX_PARALLEL_TOOL_CALLS') ?? AGENT_DEFAULTS.maxParallelToolCalls,
    maxToolResultChars: read.count('MAX_TOOL_RESULT_CHARS') ?? AGENT_DEFAULTS.maxToolResultChars,
    maxTokens: read.count('MAX_TOKENS'),
    maxContextTokens: read.count('MAX_CONTEXT_TOKENS'),
    requestTimeoutMs: read.timeoutMs('REQUEST_TIMEOUT_MS'),
    maxBodyBytes: read.countUpTo('MAX_BODY_BYTES', MAX_BODY_BYTES) ?? AGENT_DEFAULTS.maxBodyBytes,
    maxConcurrentRequests: read.count('MAX_CONCURRENT_REQUESTS') ?? AGENT_DEFAULTS.maxConcurrentRequests,
    corsAllowedOrigins: read.origins('CORS_ALLOWED_ORIGINS'),
    streamHeartbeatMs: read.timeoutMs('STREAM_HEARTBEAT_MS') ?? AGENT_DEFAULTS.streamHeartbeatMs,
    ...readMemory(read),
    logLevel: readLogLevel(read, 'LOG_LEVEL', 'AGENT_LOG_LEVEL') ?? AGENT_DEFAULTS.logLevel,
  }));
}

function readMemory(read: EnvReader) {
  const memoryType = read.oneOf('MEMORY_TYPE', MEMORY_TYPES) ?? AGENT_DEFAULTS.memoryType;
  const memoryEnabled = read.flag('MEMORY_ENABLED') ?? AGENT_DEFAULTS.memoryEnabled;
  return {
    memoryEnabled,
    memoryType,
    memoryRequired: read.flag('MEMORY_REQUIRED') ?? AGENT_DEFAULTS.memoryRequired,
    memoryContextLimit: read.countFromZero('MEMORY_CONTEXT_LIMIT') ?? AGENT_DEFAULTS.memoryContextLimit,
    memoryMaxSessions: read.count('MEMORY_MAX_SESSIONS') ?? AGENT_DEFAULTS.memoryMaxSessions,
    memoryMaxSessionEvents: read.count('MEMORY_MAX_SESSION_EVENTS') ?? AGENT_DEFAULTS.memoryMaxSessionEvents,
    memoryRedisUrl: readRedisUrl(read, memoryEnabled && memoryType === 'redis'),
    memoryRedisPrefix: readRedisPrefix(read) ?? AGENT_DEFAULTS.memoryRedisPrefix,
    memoryRedisPassword: read.secret(MEMORY_REDIS_PASSWORD_VARIABLE),
    memoryRedisPasswordFile: read.text(secretFileVariable(MEMORY_REDIS_PASSWORD_VARIABLE)),
    memoryTtlSeconds: read.countUpTo('MEMORY_TTL_SECONDS', 2 ** 31 - 1),
    toolApproval: readToolApproval(read, memoryEnabled && memoryType !== 'none'),
  };
}

/** What is wrong with it is said without the value: people put passwords into such URLs. */
function readRedisUrl(read: EnvReader, needed: boolean): string | undefined {
  const url = needed ? read.required('MEMORY_REDIS_URL') : read.text('MEMORY_REDIS_URL');
  const isUrl = !url || (URL.canParse(url) && /^rediss?:\/\/[^/]/.test(url));
  if (!isUrl)
    read.problems.push('MEMORY_REDIS_URL is no URL of Redis; give redis://host:port or rediss://host:port');
  return url;
}

/** Keys of an agent begin with it and a colon. */
function readRedisPrefix(read: EnvReader): string | undefined {
  const prefix = read.text('MEMORY_REDIS_PREFIX');
  const isPrefix = prefix === undefined || /^[\w.:-]{1,128}$/.test(prefix);
  if (!isPrefix)
    read.problems.push(
      `MEMORY_REDIS_PREFIX is "${prefix}"; give 1 to 128 letters, digits, ".", ":", "-" or "_"`,
    );
  return prefix;
}

function readPublicUrl(read: EnvReader): string | undefined {
  const url = read.text('AGENT_PUBLIC_URL');
  return url === undefined ? undefined : read.url('AGENT_PUBLIC_URL', url);
}

/** Who is to approve answers in the same session, so there must be sessions. */
function readToolApproval(read: EnvReader, remembers: boolean): string[] {
  const patterns = read.list('TOOL_APPROVAL');
  const wrong = patterns.find((pattern) => !/^[^\s/]+(\/[^\s/]+)?$/.test(pattern));
  if (wrong !== undefined)
    read.problems.push(`TOOL_APPROVAL has "${wrong}"; give tool or server/tool, with * for any text`);
  if (patterns.length > 0 && !remembers)
    read.problems.push('TOOL_APPROVAL needs sessions; give MEMORY_TYPE local or redis, or leave it out');
  return patterns;
}

/** What an MCP server process needs to know. */
export interface MCPServerConfig {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** Paths of CommonJS modules whose exports are tools. */
  readonly toolModules: readonly string[];
  readonly logLevel: LogLevel;
}

export const MCP_SERVER_DEFAULTS = { host: '0.0.0.0', port: HTTP_PORT, logLevel: 'INFO' } as const;

export type MCPServerSettings = Pick<MCPServerConfig, 'name' | 'toolModules'> & Partial<MCPServerConfig>;

export function mcpServerConfigToEnv(config: MCPServerSettings): Record<string, string> {
  return {
    MCP_SERVER_NAME: config.name,
    MCP_TOOL_MODULES: config.toolModules.join(','),
    ...given('MCP_HOST', config.host),
    ...given('MCP_PORT', config.port),
    ...given('LOG_LEVEL', config.logLevel),
  };
}

/** @throws ConfigError naming every variable that is missing or malformed */
export function mcpServerConfigFromEnv(env: Env): MCPServerConfig {
  return readAll(env, (read) => ({
    name: read.required('MCP_SERVER_NAME'),
    host: read.text('MCP_HOST') ?? MCP_SERVER_DEFAULTS.host,
    port: read.port('MCP_PORT') ?? MCP_SERVER_DEFAULTS.port,
    toolModules: read.paths('MCP_TOOL_MODULES'),
    logLevel: readLogLevel(read, 'LOG_LEVEL', 'MCP_LOG_LEVEL') ?? MCP_SERVER_DEFAULTS.logLevel,
  }));
}

/** KAOS keeps the server's name as it is … */
export function mcpServerUrlVariable(name: string): string {
  return `MCP_SERVER_${name}_URL`;
}

/** … and upper-cases the agent's. */
export function peerAgentUrlVariable(name: string): string {
  return peerAgentVariable(name, 'CARD_URL');
}

/** Holds the key that an agent asks its callers for; a manifest takes it from a Secret. */
export function peerAgentKeyVariable(name: string): string {
  return peerAgentVariable(name, 'API_KEY');
}

/** Holds the path of a file with what `variable` would hold; it wins, and may change while the process runs. */
export function secretFileVariable(variable: string): string {
  return `${variable}_FILE`;
}

function peerAgentVariable(name: string, what: string): string {
  return `PEER_AGENT_${name.toUpperCase().replaceAll('-', '_')}_${what}`;
}

function given(variable: string, value: string | number | boolean | undefined): Record<string, string> {
  return value === undefined ? {} : { [variable]: String(value) };
}

function sortedByName<T extends Peer>(peers: readonly T[] = []): T[] {
  return [...peers].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function peersToEnv(
  listVariable: string,
  urlVariable: (name: string) => string,
  peers: readonly Peer[] = [],
): Record<string, string> {
  if (peers.length === 0) return {};
  const sorted = sortedByName(peers);
  return {
    [listVariable]: sorted.map((peer) => peer.name).join(','),
    ...Object.fromEntries(sorted.map((peer) => [urlVariable(peer.name), peer.url])),
  };
}

function readPeers(read: EnvReader, listVariable: string, urlVariable: (name: string) => string): Peer[] {
  return read.list(listVariable).map((name) => {
    const variable = urlVariable(name);
    const value = read.text(variable);
    if (value === undefined)
      read.problems.push(`${variable} is not set; ${listVariable} lists "${name}", give its URL`);
    return { name, url: read.url(variable, value ?? '') };
  });
}

/** `AGENT_SUB_AGENTS` (`name:url,name:url`) takes the place of `PEER_AGENTS`, as in KAOS. */
function readSubAgents(read: EnvReader): Peer[] {
  const pairs = read.list('AGENT_SUB_AGENTS');
  if (pairs.length === 0) return readPeers(read, 'PEER_AGENTS', peerAgentUrlVariable);
  return pairs.map((pair) => {
    const colon = pair.indexOf(':');
    const name = pair.slice(0, Math.max(colon, 0)).trim();
    const url = pair.slice(colon + 1).trim();
    const isPair = name !== '' && url !== '';
    if (!isPair) read.problems.push(`AGENT_SUB_AGENTS has "${pair}"; give name:url`);
    return { name, url: isPair ? read.url('AGENT_SUB_AGENTS', url) : '' };
  });
}

/** What there is to say of an agent beside its URL. */
function peerAgentToEnv(agent: PeerAgent): Record<string, string> {
  return {
    ...given(peerAgentVariable(agent.name, 'PROTOCOL'), agent.protocol),
    // Agents of the other protocols say it themselves.
    ...(agent.protocol === 'openai' && {
      ...given(peerAgentVariable(agent.name, 'DESCRIPTION'), agent.description),
      ...given(peerAgentVariable(agent.name, 'MODEL'), agent.model),
    }),
    ...given(peerAgentVariable(agent.name, 'ALLOW_CYCLE'), agent.allowCycle),
    ...given(peerAgentKeyVariable(agent.name), agent.apiKey),
    ...given(secretFileVariable(peerAgentKeyVariable(agent.name)), agent.apiKeyFile),
  };
}

function readPeerAgent(read: EnvReader, name: string): Omit<PeerAgent, keyof Peer> {
  return {
    protocol: read.oneOf(peerAgentVariable(name, 'PROTOCOL'), PEER_PROTOCOLS),
    description: read.text(peerAgentVariable(name, 'DESCRIPTION')),
    model: read.text(peerAgentVariable(name, 'MODEL')),
    allowCycle: read.flag(peerAgentVariable(name, 'ALLOW_CYCLE')),
    apiKey: read.secret(peerAgentKeyVariable(name)),
    apiKeyFile: read.text(secretFileVariable(peerAgentKeyVariable(name))),
  };
}

function readLogLevel(read: EnvReader, ...variables: string[]): LogLevel | undefined {
  const variable = variables.find((name) => read.text(name) !== undefined);
  if (variable === undefined) return undefined;
  const word = read.required(variable).toUpperCase();
  const level = LOG_LEVELS.find((name) => name === (word === 'WARN' ? 'WARNING' : word));
  if (!level) read.problems.push(`${variable} is "${word}"; give one of ${LOG_LEVELS.join(', ')}`);
  return level;
}
