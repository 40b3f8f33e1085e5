import { type EnvReader } from './env-reader';
import { given, secretFileVariable } from './variables';

/** Holds the keys of which callers of a tool server show one, apart by commas or line breaks; from a Secret. */
export const MCP_API_KEYS_VARIABLE = 'MCP_API_KEYS';

/** Whom a tool server lets in. With no key at all, it is everybody. */
export interface MCPCallersConfig {
  /** Whoever shows one of these may call all tools. */
  readonly apiKeys: readonly string[];
  /** Path of a file that holds the keys, read for each request; it wins when both are given. */
  readonly apiKeysFile: string | undefined;
  /** Those who have keys of their own. */
  readonly callers: readonly MCPCaller[];
}

/** Somebody who has a key of their own; `apiKeyFile` wins when both are given. */
export interface MCPCaller {
  readonly name: string;
  readonly apiKey?: string;
  /** Path of a file that holds the key, read for each request. */
  readonly apiKeyFile?: string;
  /**
   * The tools that the caller sees and may call.
   * @default - all
   */
  readonly tools?: readonly string[];
}

/** Holds the key of a caller; a manifest takes it from a Secret. */
export function mcpCallerKeyVariable(name: string): string {
  return mcpCallerVariable(name, 'API_KEY');
}

function mcpCallerVariable(name: string, what: string): string {
  return `MCP_CALLER_${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}_${what}`;
}

export function mcpCallersToEnv(config: Partial<MCPCallersConfig>): Record<string, string> {
  const callers = [...(config.callers ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    ...given(MCP_API_KEYS_VARIABLE, config.apiKeys?.join(',') || undefined),
    ...given(secretFileVariable(MCP_API_KEYS_VARIABLE), config.apiKeysFile),
    ...given('MCP_CALLERS', callers.map(({ name }) => name).join(',') || undefined),
    ...Object.assign({}, ...callers.map(callerToEnv)),
  };
}

function callerToEnv({ name, apiKey, apiKeyFile, tools }: MCPCaller): Record<string, string> {
  const variable = mcpCallerKeyVariable(name);
  return {
    ...given(variable, apiKey),
    ...given(secretFileVariable(variable), apiKeyFile),
    ...given(mcpCallerVariable(name, 'TOOLS'), tools?.join(',')),
  };
}

export function readMCPCallers(read: EnvReader): MCPCallersConfig {
  return {
    apiKeys: read.secrets(MCP_API_KEYS_VARIABLE),
    apiKeysFile: read.text(secretFileVariable(MCP_API_KEYS_VARIABLE)),
    callers: read.list('MCP_CALLERS').map((name) => readCaller(read, name)),
  };
}

function readCaller(read: EnvReader, name: string): MCPCaller {
  const variable = mcpCallerKeyVariable(name);
  const file = secretFileVariable(variable);
  const [apiKey, apiKeyFile] = [read.secret(variable), read.text(file)];
  // Without a key nobody could be that caller, and with none at all the server would let everybody in.
  if (apiKey === undefined && apiKeyFile === undefined)
    read.problems.push(`${variable} is not set; MCP_CALLERS lists "${name}", give its key or ${file}`);
  return { name, apiKey, apiKeyFile, tools: read.listIfSet(mcpCallerVariable(name, 'TOOLS')) };
}
