import { type LogLevel } from './log-level';
import { given } from './variables';

/** What an MCP server process whose tools are Python needs to know. runtime/python/kaos_mcp/config.py reads it. */
export interface PythonServerConfig {
  readonly name: string;
  readonly host?: string;
  readonly port?: number;
  /** Path of the Python code whose functions are tools. */
  readonly toolsFile: string;
  readonly logLevel?: LogLevel;
  /**
   * Names that the server may be asked by, with or without a port.
   * @default - any
   */
  readonly allowedHosts?: readonly string[];
  /**
   * Pages of a browser that may ask, by their origins.
   * @default - none
   */
  readonly allowedOrigins?: readonly string[];
}

export function pythonServerConfigToEnv(config: PythonServerConfig): Record<string, string> {
  return {
    MCP_SERVER_NAME: config.name,
    MCP_TOOLS_FILE: config.toolsFile,
    ...given('MCP_HOST', config.host),
    ...given('MCP_PORT', config.port),
    ...given('LOG_LEVEL', config.logLevel),
    ...given('MCP_ALLOWED_HOSTS', config.allowedHosts?.join(',')),
    ...given('MCP_ALLOWED_ORIGINS', config.allowedOrigins?.join(',')),
  };
}
