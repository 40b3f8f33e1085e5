import { type Env, type EnvReader, readAll } from './env-reader';
import { HTTP_PORT, MAX_ANCESTORS, MAX_BODY_BYTES } from './http';
import { type LogLevel, readLogLevel } from './log-level';
import { MEMORY_DEFAULTS, type MemoryConfig, memoryToEnv, readMemory } from './memory';
import { mcpServersToEnv, type PeerServer, readMCPServers } from './peer-servers';
import { type PeerAgent, readSubAgents, subAgentsToEnv } from './peers';
import { TOOLS_LOCK_FILE_VARIABLE } from './tool-lock';
import { given, secretFileVariable } from './variables';

/** Holds the key that the model gateway asks for; a manifest takes it from a Secret. */
export const MODEL_API_KEY_VARIABLE = 'MODEL_API_KEY';
/** Holds the keys of which callers of an agent show one, apart by commas or line breaks; from a Secret too. */
export const AGENT_API_KEYS_VARIABLE = 'AGENT_API_KEYS';

export const TOOL_CALL_MODES = ['auto', 'native', 'text'] as const;
/**
 * How a model is told of tools and calls them: as the API has it, in words and fenced blocks for models that know no
 * tools, or as the API has it until the gateway rejects that.
 */
export type ToolCallMode = (typeof TOOL_CALL_MODES)[number];

/** What an agent process needs to know. */
export interface AgentConfig extends MemoryConfig {
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
  readonly mcpServers: readonly PeerServer[];
  /** Path of a file with the digests of tools: of the servers in it, no others are offered. */
  readonly toolsLockFile: string | undefined;
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
  /** Passes of one request, those of the agents that it is handed on to among them, at most. */
  readonly maxTotalSteps: number | undefined;
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
  /** The same for a task of A2A, which may go on when nobody waits for it, where there is no other limit. */
  readonly taskTimeoutMs: number;
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
  taskTimeoutMs: 30 * 60_000,
  maxDelegationDepth: 8,
  maxParallelToolCalls: 8,
  maxToolResultChars: 100_000,
  maxBodyBytes: 10 * 1024 * 1024,
  maxConcurrentRequests: 256,
  streamHeartbeatMs: 15_000,
  ...MEMORY_DEFAULTS,
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
    ...mcpServersToEnv(config.mcpServers),
    ...given(TOOLS_LOCK_FILE_VARIABLE, config.toolsLockFile),
    ...subAgentsToEnv(config.subAgents),
    ...given('MODEL_TIMEOUT_MS', config.modelTimeoutMs),
    ...given('MODEL_MAX_RETRIES', config.modelMaxRetries),
    ...given('TOOL_TIMEOUT_MS', config.toolTimeoutMs),
    ...given('DELEGATION_TIMEOUT_MS', config.delegationTimeoutMs),
    ...given(AGENT_API_KEYS_VARIABLE, config.apiKeys?.join(',') || undefined),
    ...given(secretFileVariable(AGENT_API_KEYS_VARIABLE), config.apiKeysFile),
    ...given('MAX_DELEGATION_DEPTH', config.maxDelegationDepth),
    ...given('MAX_TOTAL_STEPS', config.maxTotalSteps),
    ...given('MAX_TOOL_CALLS', config.maxToolCalls),
    ...given('MAX_PARALLEL_TOOL_CALLS', config.maxParallelToolCalls),
    ...given('MAX_TOOL_RESULT_CHARS', config.maxToolResultChars),
    ...given('MAX_TOKENS', config.maxTokens),
    ...given('MAX_CONTEXT_TOKENS', config.maxContextTokens),
    ...given('REQUEST_TIMEOUT_MS', config.requestTimeoutMs),
    ...given('TASK_TIMEOUT_MS', config.taskTimeoutMs),
    ...given('TOOL_APPROVAL', config.toolApproval?.join(',') || undefined),
    ...given('MAX_BODY_BYTES', config.maxBodyBytes),
    ...given('MAX_CONCURRENT_REQUESTS', config.maxConcurrentRequests),
    ...given('CORS_ALLOWED_ORIGINS', config.corsAllowedOrigins?.join(',') || undefined),
    ...given('STREAM_HEARTBEAT_MS', config.streamHeartbeatMs),
    ...memoryToEnv(config),
    ...given('LOG_LEVEL', config.logLevel),
  };
}

/** @throws ConfigError naming every variable that is missing or malformed */
export function agentConfigFromEnv(env: Env): AgentConfig {
  return readAll(env, (read) => {
    const memory = readMemory(read);
    return {
      name: read.required('AGENT_NAME'),
      description: read.text('AGENT_DESCRIPTION') ?? AGENT_DEFAULTS.description,
      instructions: read.text('AGENT_INSTRUCTIONS') ?? AGENT_DEFAULTS.instructions,
      ...readFiles(read),
      host: read.text('AGENT_HOST') ?? AGENT_DEFAULTS.host,
      port: read.port('AGENT_PORT') ?? AGENT_DEFAULTS.port,
      publicUrl: readPublicUrl(read),
      modelUrl: read.url('MODEL_API_URL', read.required('MODEL_API_URL')),
      modelApiKey: read.secret(MODEL_API_KEY_VARIABLE),
      modelApiKeyFile: read.text(secretFileVariable(MODEL_API_KEY_VARIABLE)),
      model: read.required('MODEL_NAME'),
      toolCallMode: read.oneOf('TOOL_CALL_MODE', TOOL_CALL_MODES) ?? AGENT_DEFAULTS.toolCallMode,
      maxSteps: read.count('AGENTIC_LOOP_MAX_STEPS') ?? AGENT_DEFAULTS.maxSteps,
      mcpServers: readMCPServers(read),
      subAgents: readSubAgents(read),
      modelTimeoutMs: read.timeoutMs('MODEL_TIMEOUT_MS') ?? AGENT_DEFAULTS.modelTimeoutMs,
      modelMaxRetries: read.countFromZero('MODEL_MAX_RETRIES') ?? AGENT_DEFAULTS.modelMaxRetries,
      toolTimeoutMs: read.timeoutMs('TOOL_TIMEOUT_MS') ?? AGENT_DEFAULTS.toolTimeoutMs,
      delegationTimeoutMs: read.timeoutMs('DELEGATION_TIMEOUT_MS') ?? AGENT_DEFAULTS.delegationTimeoutMs,
      apiKeys: read.secrets(AGENT_API_KEYS_VARIABLE),
      apiKeysFile: read.text(secretFileVariable(AGENT_API_KEYS_VARIABLE)),
      maxDelegationDepth:
        read.countUpTo('MAX_DELEGATION_DEPTH', MAX_ANCESTORS) ?? AGENT_DEFAULTS.maxDelegationDepth,
      maxTotalSteps: read.count('MAX_TOTAL_STEPS'),
      maxToolCalls: read.count('MAX_TOOL_CALLS'),
      maxParallelToolCalls: read.count('MAX_PARALLEL_TOOL_CALLS') ?? AGENT_DEFAULTS.maxParallelToolCalls,
      maxToolResultChars: read.count('MAX_TOOL_RESULT_CHARS') ?? AGENT_DEFAULTS.maxToolResultChars,
      maxTokens: read.count('MAX_TOKENS'),
      maxContextTokens: read.count('MAX_CONTEXT_TOKENS'),
      requestTimeoutMs: read.timeoutMs('REQUEST_TIMEOUT_MS'),
      taskTimeoutMs: read.timeoutMs('TASK_TIMEOUT_MS') ?? AGENT_DEFAULTS.taskTimeoutMs,
      maxBodyBytes: read.countUpTo('MAX_BODY_BYTES', MAX_BODY_BYTES) ?? AGENT_DEFAULTS.maxBodyBytes,
      maxConcurrentRequests: read.count('MAX_CONCURRENT_REQUESTS') ?? AGENT_DEFAULTS.maxConcurrentRequests,
      corsAllowedOrigins: read.origins('CORS_ALLOWED_ORIGINS'),
      streamHeartbeatMs: read.timeoutMs('STREAM_HEARTBEAT_MS') ?? AGENT_DEFAULTS.streamHeartbeatMs,
      ...memory,
      toolApproval: readToolApproval(read, memory),
      logLevel: readLogLevel(read, 'LOG_LEVEL', 'AGENT_LOG_LEVEL') ?? AGENT_DEFAULTS.logLevel,
    };
  });
}

/** The files that an agent reads at its start, which are known whatever is wrong with all else. */
export function agentFilesFromEnv(env: Env): Pick<AgentConfig, 'instructionsFile' | 'toolsLockFile'> {
  return readAll(env, readFiles);
}

function readFiles(read: EnvReader): ReturnType<typeof agentFilesFromEnv> {
  return {
    instructionsFile: read.text('AGENT_INSTRUCTIONS_FILE'),
    toolsLockFile: read.text(TOOLS_LOCK_FILE_VARIABLE),
  };
}

function readPublicUrl(read: EnvReader): string | undefined {
  const url = read.text('AGENT_PUBLIC_URL');
  return url === undefined ? undefined : read.url('AGENT_PUBLIC_URL', url);
}

/** Who is to approve answers in the same session, so there must be sessions. */
function readToolApproval(read: EnvReader, { memoryEnabled, memoryType }: MemoryConfig): string[] {
  const patterns = read.list('TOOL_APPROVAL');
  const wrong = patterns.find((pattern) => !/^[^\s/]+(\/[^\s/]+)?$/.test(pattern));
  if (wrong !== undefined)
    read.problems.push(`TOOL_APPROVAL has "${wrong}"; give tool or server/tool, with * for any text`);
  if (patterns.length > 0 && (!memoryEnabled || memoryType === 'none'))
    read.problems.push('TOOL_APPROVAL needs sessions; give MEMORY_TYPE local or redis, or leave it out');
  return patterns;
}
