import { type LogLevel } from './log-level';
import { type MCPCallersConfig, mcpCallersToEnv } from './mcp-callers';
import { type MCPPagesConfig, mcpPagesToEnv } from './mcp-pages';
import { given } from './variables';

/** What an MCP server process whose tools are Python needs to know. runtime/python/kaos_mcp/config.py reads it. */
export interface PythonServerConfig extends Partial<MCPPagesConfig>, Partial<MCPCallersConfig> {
  readonly name: string;
  readonly host?: string;
  readonly port?: number;
  /** Path of the Python code whose functions are tools. */
  readonly toolsFile: string;
  readonly logLevel?: LogLevel;
}

export function pythonServerConfigToEnv(config: PythonServerConfig): Record<string, string> {
  return {
    MCP_SERVER_NAME: config.name,
    MCP_TOOLS_FILE: config.toolsFile,
    ...given('MCP_HOST', config.host),
    ...given('MCP_PORT', config.port),
    ...mcpCallersToEnv(config),
    ...mcpPagesToEnv(config),
    ...given('LOG_LEVEL', config.logLevel),
  };
}
