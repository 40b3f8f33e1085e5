/**
 * All that a manifest and a process agree on. Each agreement is written once: a type, its writer and its
 * reader side by side. Constructs write these variables, processes read them, and nothing else is shared.
 */

/** Port on which agents and MCP servers listen. */
export const HTTP_PORT = 8000;
/** Answers 200 while the process lives. */
export const HEALTH_PATH = '/health';
/** Answers 200 once every dependency was reached, 503 before. */
export const READY_PATH = '/ready';
/** OpenAI-compatible chat endpoint of agents and model gateways. */
export const CHAT_PATH = '/v1/chat/completions';
/** Agent card. */
export const CARD_PATH = '/.well-known/agent.json';
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
/** Numeric user and group of the runtime image. */
export const RUNTIME_UID = 65532;

/** Commands of the runtime image: one image, the command chooses the process. */
export const AGENT_COMMAND = ['node', '/app/agent.js'] as const;
export const MCP_SERVER_COMMAND = ['node', '/app/mcp-server.js'] as const;
/** What a tool module may import without bringing it along: the MCP server process provides it. */
export const PROVIDED_MODULES = ['cdk8s-kaos/tool', 'zod'] as const;

/** Environment of a process. */
export type Env = Readonly<Record<string, string | undefined>>;

/** Wrong configuration; the message has one line for each variable that is wrong. */
export class ConfigError extends Error {
  readonly code = 'config_invalid';
  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'ConfigError';
  }
}

/** Where something listens that a process calls. */
export interface Peer {
  /** What the other side is called. */
  readonly name: string;
  /** Base URL, with neither path nor trailing slash. */
  readonly url: string;
}

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
  /** Base URL of an OpenAI-compatible API, without `/v1`. */
  readonly modelUrl: string;
  readonly modelApiKey: string | undefined;
  readonly model: string;
  /** Passes of the agentic loop before a request is given up, 1 or more. */
  readonly maxSteps: number;
  readonly mcpServers: readonly Peer[];
  readonly subAgents: readonly Peer[];
  readonly modelTimeoutMs: number;
  readonly toolTimeoutMs: number;
  readonly delegationTimeoutMs: number;
  readonly logLevel: LogLevel;
}

/** What applies when a variable is absent. */
export const AGENT_DEFAULTS = {
  description: 'AI Agent',
  instructions: 'You are a helpful assistant.',
  host: '0.0.0.0',
  port: HTTP_PORT,
  maxSteps: 5,
  modelTimeoutMs: 60_000,
  toolTimeoutMs: 60_000,
  delegationTimeoutMs: 300_000,
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
    MODEL_API_URL: config.modelUrl,
    ...given(MODEL_API_KEY_VARIABLE, config.modelApiKey),
    MODEL_NAME: config.model,
    ...given('AGENTIC_LOOP_MAX_STEPS', config.maxSteps),
    ...peersToEnv('MCP_SERVERS', mcpServerUrlVariable, config.mcpServers),
    ...peersToEnv('PEER_AGENTS', peerAgentUrlVariable, config.subAgents),
    ...given('MODEL_TIMEOUT_MS', config.modelTimeoutMs),
    ...given('TOOL_TIMEOUT_MS', config.toolTimeoutMs),
    ...given('DELEGATION_TIMEOUT_MS', config.delegationTimeoutMs),
    ...given('LOG_LEVEL', config.logLevel),
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
    modelUrl: read.url('MODEL_API_URL', read.required('MODEL_API_URL')),
    modelApiKey: read.secret(MODEL_API_KEY_VARIABLE),
    model: read.required('MODEL_NAME'),
    maxSteps: read.count('AGENTIC_LOOP_MAX_STEPS') ?? AGENT_DEFAULTS.maxSteps,
    mcpServers: read.peers('MCP_SERVERS', mcpServerUrlVariable),
    subAgents: read.subAgents(),
    modelTimeoutMs: read.timeoutMs('MODEL_TIMEOUT_MS') ?? AGENT_DEFAULTS.modelTimeoutMs,
    toolTimeoutMs: read.timeoutMs('TOOL_TIMEOUT_MS') ?? AGENT_DEFAULTS.toolTimeoutMs,
    delegationTimeoutMs: read.timeoutMs('DELEGATION_TIMEOUT_MS') ?? AGENT_DEFAULTS.delegationTimeoutMs,
    logLevel: read.logLevel('LOG_LEVEL', 'AGENT_LOG_LEVEL') ?? AGENT_DEFAULTS.logLevel,
  }));
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
    logLevel: read.logLevel('LOG_LEVEL', 'MCP_LOG_LEVEL') ?? MCP_SERVER_DEFAULTS.logLevel,
  }));
}

/** KAOS keeps the server's name as it is … */
export function mcpServerUrlVariable(name: string): string {
  return `MCP_SERVER_${name}_URL`;
}

/** … and upper-cases the agent's. */
export function peerAgentUrlVariable(name: string): string {
  return `PEER_AGENT_${name.toUpperCase().replaceAll('-', '_')}_CARD_URL`;
}

function given(variable: string, value: string | number | undefined): Record<string, string> {
  return value === undefined ? {} : { [variable]: String(value) };
}

function peersToEnv(
  listVariable: string,
  urlVariable: (name: string) => string,
  peers: readonly Peer[] = [],
): Record<string, string> {
  if (peers.length === 0) return {};
  const sorted = [...peers].sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    [listVariable]: sorted.map((peer) => peer.name).join(','),
    ...Object.fromEntries(sorted.map((peer) => [urlVariable(peer.name), peer.url])),
  };
}

function list(value: string | undefined): string[] {
  const bare = value?.trim().replace(/^\[(.*)\]$/s, '$1') ?? '';
  return bare
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function readAll<T>(env: Env, build: (read: EnvReader) => T): T {
  const reader = new EnvReader(env);
  const config = build(reader);
  if (reader.problems.length > 0) throw new ConfigError(reader.problems);
  return config;
}

/** Reads variables and remembers what is wrong with them, so that all of it is said at once. */
class EnvReader {
  readonly problems: string[] = [];

  constructor(private readonly env: Env) {}

  text(variable: string): string | undefined {
    const value = this.env[variable];
    return value === undefined || value === '' ? undefined : value;
  }

  required(variable: string): string {
    const value = this.text(variable);
    if (value === undefined) this.problems.push(`${variable} is not set; it is required`);
    return value ?? '';
  }

  /** A Secret made from a file often ends with a line break, which no header may hold. */
  secret(variable: string): string | undefined {
    return this.text(variable)?.trim();
  }

  paths(variable: string): string[] {
    const paths = list(this.required(variable));
    if (this.text(variable) !== undefined && paths.length === 0)
      this.problems.push(`${variable} is "${this.text(variable)}"; give at least one path`);
    return paths;
  }

  count(variable: string): number | undefined {
    return this.wholeNumber(variable, Number.MAX_SAFE_INTEGER, 'a whole number, 1 or more');
  }

  /** Timers of Node end at once when they are given more. */
  timeoutMs(variable: string): number | undefined {
    return this.wholeNumber(variable, 2 ** 31 - 1, 'milliseconds from 1 to 2147483647');
  }

  port(variable: string): number | undefined {
    return this.wholeNumber(variable, 65_535, 'a port from 1 to 65535');
  }

  url(variable: string, value: string): string {
    const isUrl = URL.canParse(value) && /^https?:/.test(value);
    if (value !== '' && !isUrl) this.problems.push(`${variable} is "${value}"; give an http or https URL`);
    return value.replace(/\/+$/, '');
  }

  peers(listVariable: string, urlVariable: (name: string) => string): Peer[] {
    return list(this.env[listVariable]).map((name) => {
      const variable = urlVariable(name);
      const value = this.text(variable);
      if (value === undefined)
        this.problems.push(`${variable} is not set; ${listVariable} lists "${name}", give its URL`);
      return { name, url: this.url(variable, value ?? '') };
    });
  }

  /** `AGENT_SUB_AGENTS` (`name:url,name:url`) takes the place of `PEER_AGENTS`, as in KAOS. */
  subAgents(): Peer[] {
    const pairs = list(this.env.AGENT_SUB_AGENTS);
    if (pairs.length === 0) return this.peers('PEER_AGENTS', peerAgentUrlVariable);
    return pairs.map((pair) => {
      const colon = pair.indexOf(':');
      const name = pair.slice(0, Math.max(colon, 0)).trim();
      const url = pair.slice(colon + 1).trim();
      const isPair = name !== '' && url !== '';
      if (!isPair) this.problems.push(`AGENT_SUB_AGENTS has "${pair}"; give name:url`);
      return { name, url: isPair ? this.url('AGENT_SUB_AGENTS', url) : '' };
    });
  }

  logLevel(...variables: string[]): LogLevel | undefined {
    const variable = variables.find((name) => this.text(name) !== undefined);
    if (variable === undefined) return undefined;
    const word = this.required(variable).toUpperCase();
    const level = LOG_LEVELS.find((name) => name === (word === 'WARN' ? 'WARNING' : word));
    if (!level) this.problems.push(`${variable} is "${word}"; give one of ${LOG_LEVELS.join(', ')}`);
    return level;
  }

  private wholeNumber(variable: string, max: number, allowed: string): number | undefined {
    const text = this.text(variable);
    if (text === undefined) return undefined;
    const value = /^\d+$/.test(text) ? Number(text) : 0;
    if (value < 1 || value > max) this.problems.push(`${variable} is "${text}"; give ${allowed}`);
    return value;
  }
}
