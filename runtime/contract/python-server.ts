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
   * Host names by which it may be called, `*.example.com` for all below one; beside them `localhost` and numbers.
   * @default - any, or none where it listens on loopback alone
   */
  readonly allowedHosts?: readonly string[];
  /**
   * Origins whose pages may call it; those of others are refused.
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
