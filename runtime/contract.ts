/**
 * All that a manifest and a process agree on. Each agreement is written once: a type, its writer and its
 * reader side by side. Constructs write these variables, processes read them, and nothing else is shared.
 */
export * from './contract/agent';
export { ConfigError, type Env, MAX_TIMEOUT_MS, readEach } from './contract/env-reader';
export * from './contract/http';
export * from './contract/image';
export * from './contract/lifecycle';
export { LOG_LEVELS, type LogLevel } from './contract/log-level';
export {
  MEMORY_REDIS_PASSWORD_VARIABLE,
  MEMORY_TYPES,
  type MemoryConfig,
  type MemoryType,
} from './contract/memory';
export * from './contract/local-command';
export {
  MCP_API_KEYS_VARIABLE,
  type MCPCaller,
  mcpCallerKeyVariable,
  type MCPCallersConfig,
  mcpCallersToEnv,
} from './contract/mcp-callers';
export { type MCPPagesConfig, mcpPagesToEnv } from './contract/mcp-pages';
export * from './contract/mcp-server';
export * from './contract/python-server';
export { isHeaderName, isOwnHeader } from './contract/header-names';
export { MAX_STDIO_POOL_SIZE, type StdioConfig, type StdioSettings, stdioCommandIn } from './contract/stdio';
export {
  mcpServerHeaderVariable,
  mcpServerKeyVariable,
  mcpServerUrlVariable,
  type PeerHeader,
  type PeerServer,
} from './contract/peer-servers';
export {
  type Peer,
  PEER_PROTOCOLS,
  type PeerAgent,
  peerAgentKeyVariable,
  peerAgentUrlVariable,
  type PeerProtocol,
} from './contract/peers';
export * from './contract/tool-lock';
export { toJavaScript } from './contract/re2-pattern';
export {
  EMAIL_SHAPE,
  isSecretVariable,
  SECRET_KEYS,
  SECRET_SHAPES,
  secretShapesForPython,
} from './contract/secret-shapes';
export {
  LOG_FORMATS,
  type LogFormat,
  MCP_SPANS,
  type MCPSpan,
  TELEMETRY_DEFAULTS,
  type TelemetrySettings,
  telemetrySettingsFromEnv,
  telemetrySettingsToEnv,
} from './contract/telemetry';
export { secretFileVariable } from './contract/variables';
