import { type EnvReader } from './env-reader';
import { given } from './variables';

/** A command that speaks MCP over stdio, and how many processes of it may run. */
export interface StdioConfig {
  /** The command and its arguments; no shell reads it. */
  readonly command: readonly string[];
  /** Processes at a time. One runs always, further ones while calls wait for them. */
  readonly poolSize: number;
  /** How long a process without calls is kept, unless it is the only one. */
  readonly idleMs: number;
  /** Names of the variables that it is given beside PATH, HOME and TMPDIR. */
  readonly env: readonly string[];
}

export type StdioSettings = Pick<StdioConfig, 'command'> & Partial<StdioConfig>;

export const STDIO_DEFAULTS = { poolSize: 4, idleMs: 300_000 } as const;

/** More processes than that are no pool of one container. */
export const MAX_STDIO_POOL_SIZE = 64;

export function stdioToEnv({ command, poolSize, idleMs, env = [] }: StdioSettings): Record<string, string> {
  return {
    MCP_STDIO_COMMAND: JSON.stringify(command),
    ...given('MCP_STDIO_POOL_SIZE', poolSize),
    ...given('MCP_STDIO_IDLE_MS', idleMs),
    ...given('MCP_STDIO_ENV', env.length > 0 ? env.join(',') : undefined),
  };
}

export function readStdio(read: EnvReader): StdioConfig {
  return {
    command: commandIn(read),
    poolSize: read.countUpTo('MCP_STDIO_POOL_SIZE', MAX_STDIO_POOL_SIZE) ?? STDIO_DEFAULTS.poolSize,
    idleMs: read.timeoutMs('MCP_STDIO_IDLE_MS') ?? STDIO_DEFAULTS.idleMs,
    env: read.list('MCP_STDIO_ENV'),
  };
}

/** The command that `MCP_STDIO_COMMAND` holds; undefined when it holds none. */
export function stdioCommandIn(text: string): readonly string[] | undefined {
  try {
    const words: unknown = JSON.parse(text);
    const isCommand = Array.isArray(words) && words.every((word) => typeof word === 'string') && words[0];
    return isCommand ? (words as string[]) : undefined;
  } catch {
    return undefined;
  }
}

function commandIn(read: EnvReader): readonly string[] {
  const text = read.required('MCP_STDIO_COMMAND');
  const command = stdioCommandIn(text);
  if (command) return command;
  read.problems.push(
    `MCP_STDIO_COMMAND is ${JSON.stringify(text)}; give a JSON array of texts, such as ["mcp-server","stdio"]`,
  );
  return [];
}
