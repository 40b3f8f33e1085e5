import { type EnvReader } from './env-reader';
import { given } from './variables';

/** By which pages of a browser, and under which names, an MCP server may be called. */
export interface MCPPagesConfig {
  /**
   * Host names by which it may be called, `*.example.com` for all below one; beside them `localhost` and numbers.
   * Undefined lets any name pass, or none where it listens on loopback alone.
   */
  readonly allowedHosts: readonly string[] | undefined;
  /** Origins whose pages may call it; those of others are refused, but for its own where its names are known. */
  readonly allowedOrigins: readonly string[];
}

export function mcpPagesToEnv(config: Partial<MCPPagesConfig>): Record<string, string> {
  const { allowedHosts, allowedOrigins = [] } = config;
  return {
    ...given('MCP_ALLOWED_HOSTS', allowedHosts?.join(',')),
    ...(allowedOrigins.length > 0 ? { MCP_ALLOWED_ORIGINS: allowedOrigins.join(',') } : {}),
  };
}

export function readMCPPages(read: EnvReader): MCPPagesConfig {
  return {
    allowedHosts: read.hosts('MCP_ALLOWED_HOSTS'),
    allowedOrigins: read.origins('MCP_ALLOWED_ORIGINS'),
  };
}
