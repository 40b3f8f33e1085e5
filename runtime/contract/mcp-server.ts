import { type Env, readAll } from './env-reader';
import { HTTP_PORT } from './http';
import { type LogLevel, readLogLevel } from './log-level';
import { given } from './variables';

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
