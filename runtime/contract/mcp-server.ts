import { type Env, type EnvReader, readAll } from './env-reader';
import { HTTP_PORT } from './http';
import { type LogLevel, readLogLevel } from './log-level';
import { type MCPCallersConfig, mcpCallersToEnv, readMCPCallers } from './mcp-callers';
import { type MCPPagesConfig, mcpPagesToEnv, readMCPPages } from './mcp-pages';
import { readStdio, type StdioConfig, type StdioSettings, stdioToEnv } from './stdio';
import { given } from './variables';

/** What an MCP server process needs to know. It has its tools from modules or from a command, never from both. */
export interface MCPServerConfig extends MCPPagesConfig, MCPCallersConfig {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** Paths of CommonJS modules whose exports are tools; none with a command. */
  readonly toolModules: readonly string[];
  /** The command whose tools are served; undefined with modules. */
  readonly stdio: StdioConfig | undefined;
  /** A tool that has not answered by then is given up. */
  readonly toolTimeoutMs: number;
  readonly logLevel: LogLevel;
}

/** Whoever calls waits for less; the time limit is for tools that nobody waits for any more. */
export const MCP_SERVER_DEFAULTS = {
  host: '0.0.0.0',
  port: HTTP_PORT,
  allowedOrigins: [],
  toolTimeoutMs: 600_000,
  logLevel: 'INFO',
} as const;

export type MCPServerSettings = Pick<MCPServerConfig, 'name'> &
  Partial<Omit<MCPServerConfig, 'stdio'>> & { readonly stdio?: StdioSettings | undefined };

export function mcpServerConfigToEnv(config: MCPServerSettings): Record<string, string> {
  return {
    MCP_SERVER_NAME: config.name,
    ...given('MCP_TOOL_MODULES', nonEmpty(config.toolModules)),
    ...(config.stdio ? stdioToEnv(config.stdio) : {}),
    ...given('MCP_TOOL_TIMEOUT_MS', config.toolTimeoutMs),
    ...given('MCP_HOST', config.host),
    ...given('MCP_PORT', config.port),
    ...mcpCallersToEnv(config),
    ...mcpPagesToEnv(config),
    ...given('LOG_LEVEL', config.logLevel),
  };
}

/** @throws ConfigError naming every variable that is missing or malformed */
export function mcpServerConfigFromEnv(env: Env): MCPServerConfig {
  return readAll(env, (read) => ({
    name: read.required('MCP_SERVER_NAME'),
    host: read.text('MCP_HOST') ?? MCP_SERVER_DEFAULTS.host,
    port: read.port('MCP_PORT') ?? MCP_SERVER_DEFAULTS.port,
    ...readTools(read),
    toolTimeoutMs: read.timeoutMs('MCP_TOOL_TIMEOUT_MS') ?? MCP_SERVER_DEFAULTS.toolTimeoutMs,
    ...readMCPPages(read),
    ...readMCPCallers(read),
    logLevel: readLogLevel(read, 'LOG_LEVEL', 'MCP_LOG_LEVEL') ?? MCP_SERVER_DEFAULTS.logLevel,
  }));
}

function readTools(read: EnvReader): Pick<MCPServerConfig, 'toolModules' | 'stdio'> {
  const [modules, command] = ['MCP_TOOL_MODULES', 'MCP_STDIO_COMMAND'].map((name) => read.text(name));
  if (modules === undefined && command === undefined) {
    read.problems.push('MCP_TOOL_MODULES is not set, nor is MCP_STDIO_COMMAND; one of them is required');
  } else if (modules !== undefined && command !== undefined) {
    read.problems.push('MCP_TOOL_MODULES and MCP_STDIO_COMMAND are both set; leave one of them out');
  }
  return {
    toolModules: modules === undefined ? [] : read.paths('MCP_TOOL_MODULES'),
    stdio: command === undefined ? undefined : readStdio(read),
  };
}

function nonEmpty(modules: readonly string[] = []): string | undefined {
  return modules.length === 0 ? undefined : modules.join(',');
}
