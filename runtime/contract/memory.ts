import { type EnvReader } from './env-reader';
import { given, secretFileVariable } from './variables';

/** Holds the password of the Redis that keeps sessions; a manifest takes it from a Secret. */
export const MEMORY_REDIS_PASSWORD_VARIABLE = 'MEMORY_REDIS_PASSWORD';

export const MEMORY_TYPES = ['local', 'redis', 'none'] as const;
/** Where sessions are kept: in the process, in Redis, or not at all. */
export type MemoryType = (typeof MEMORY_TYPES)[number];

/** Where an agent keeps its sessions. */
export interface MemoryConfig {
  /** `false` is the same as the type `none`. */
  readonly memoryEnabled: boolean;
  readonly memoryType: MemoryType;
  /** Whether a request fails when its session cannot be recalled or kept; if not, it is answered without. */
  readonly memoryRequired: boolean;
  /** Messages of a session that are told to the model before those of the request, at most. */
  readonly memoryContextLimit: number;
  readonly memoryMaxSessions: number;
  readonly memoryMaxSessionEvents: number;
  /** `redis://host:port`, or `rediss://host:port` with TLS. */
  readonly memoryRedisUrl: string | undefined;
  /** What all keys begin with: agents of one name that share a Redis are told apart by it. */
  readonly memoryRedisPrefix: string;
  /** `memoryRedisPasswordFile` wins when both are given. */
  readonly memoryRedisPassword: string | undefined;
  readonly memoryRedisPasswordFile: string | undefined;
  /** A session is forgotten when nothing was added to it for so long. */
  readonly memoryTtlSeconds: number | undefined;
}

export const MEMORY_DEFAULTS = {
  memoryEnabled: true,
  memoryType: 'local',
  memoryRequired: false,
  memoryRedisPrefix: 'kaos',
  memoryContextLimit: 6,
  memoryMaxSessions: 1_000,
  memoryMaxSessionEvents: 500,
} as const;

export function memoryToEnv(config: Partial<MemoryConfig>): Record<string, string> {
  return {
    ...given('MEMORY_ENABLED', config.memoryEnabled),
    ...given('MEMORY_TYPE', config.memoryType),
    ...given('MEMORY_REQUIRED', config.memoryRequired),
    ...given('MEMORY_CONTEXT_LIMIT', config.memoryContextLimit),
    ...given('MEMORY_MAX_SESSIONS', config.memoryMaxSessions),
    ...given('MEMORY_MAX_SESSION_EVENTS', config.memoryMaxSessionEvents),
    ...given('MEMORY_REDIS_URL', config.memoryRedisUrl),
    ...given('MEMORY_REDIS_PREFIX', config.memoryRedisPrefix),
    ...given(MEMORY_REDIS_PASSWORD_VARIABLE, config.memoryRedisPassword),
    ...given(secretFileVariable(MEMORY_REDIS_PASSWORD_VARIABLE), config.memoryRedisPasswordFile),
    ...given('MEMORY_TTL_SECONDS', config.memoryTtlSeconds),
  };
}

export function readMemory(read: EnvReader): MemoryConfig {
  const memoryType = read.oneOf('MEMORY_TYPE', MEMORY_TYPES) ?? MEMORY_DEFAULTS.memoryType;
  const memoryEnabled = read.flag('MEMORY_ENABLED') ?? MEMORY_DEFAULTS.memoryEnabled;
  return {
    memoryEnabled,
    memoryType,
    memoryRequired: read.flag('MEMORY_REQUIRED') ?? MEMORY_DEFAULTS.memoryRequired,
    memoryContextLimit: read.countFromZero('MEMORY_CONTEXT_LIMIT') ?? MEMORY_DEFAULTS.memoryContextLimit,
    memoryMaxSessions: read.count('MEMORY_MAX_SESSIONS') ?? MEMORY_DEFAULTS.memoryMaxSessions,
    memoryMaxSessionEvents: read.count('MEMORY_MAX_SESSION_EVENTS') ?? MEMORY_DEFAULTS.memoryMaxSessionEvents,
    memoryRedisUrl: readRedisUrl(read, memoryEnabled && memoryType === 'redis'),
    memoryRedisPrefix: readRedisPrefix(read) ?? MEMORY_DEFAULTS.memoryRedisPrefix,
    memoryRedisPassword: read.secret(MEMORY_REDIS_PASSWORD_VARIABLE),
    memoryRedisPasswordFile: read.text(secretFileVariable(MEMORY_REDIS_PASSWORD_VARIABLE)),
    memoryTtlSeconds: read.countUpTo('MEMORY_TTL_SECONDS', 2 ** 31 - 1),
  };
}

/** What is wrong with it is said without the value: people put passwords into such URLs. */
function readRedisUrl(read: EnvReader, needed: boolean): string | undefined {
  const url = needed ? read.required('MEMORY_REDIS_URL') : read.text('MEMORY_REDIS_URL');
  const isUrl = !url || (URL.canParse(url) && /^rediss?:\/\/[^/]/.test(url));
  if (!isUrl)
    read.problems.push('MEMORY_REDIS_URL is no URL of Redis; give redis://host:port or rediss://host:port');
  return url;
}

/** Keys of an agent begin with it and a colon. */
function readRedisPrefix(read: EnvReader): string | undefined {
  const prefix = read.text('MEMORY_REDIS_PREFIX');
  const isPrefix = prefix === undefined || /^[\w.:-]{1,128}$/.test(prefix);
  if (!isPrefix)
    read.problems.push(
      `MEMORY_REDIS_PREFIX is "${prefix}"; give 1 to 128 letters, digits, ".", ":", "-" or "_"`,
    );
  return prefix;
}
