import { type Logger } from 'pino';
import { type AgentConfig, MEMORY_REDIS_PASSWORD_VARIABLE } from '../../contract';
import { Secret } from '../../process/secret';
import { LocalMemory } from './local';
import { type Memory } from './memory';
import { NoMemory } from './none';
import type * as Redis from './redis';
import { type RedisConnection } from './redis-connection';
import type * as Connection from './redis-connection';

export function remembers({ memoryEnabled, memoryType }: AgentConfig): boolean {
  return memoryEnabled && memoryType !== 'none';
}

/** What all keys of an agent begin with, where it shares a Redis. */
export function redisPrefix({ memoryRedisPrefix, name }: AgentConfig): string {
  return `${memoryRedisPrefix}:${name}`;
}

/** The memory that the configuration asks for; Redis is connected to in the background. */
export function openMemory(
  config: AgentConfig,
  log: Logger,
): { readonly memory: Memory; readonly redis: RedisConnection | undefined } {
  const limits = {
    maxSessions: config.memoryMaxSessions,
    maxSessionEvents: config.memoryMaxSessionEvents,
    ttlSeconds: config.memoryTtlSeconds,
  };
  if (!remembers(config)) return { memory: new NoMemory(), redis: undefined };
  if (config.memoryType === 'local' || config.memoryRedisUrl === undefined)
    return { memory: new LocalMemory(limits), redis: undefined };
  // Most agents have no use for it, and their start need not wait for it to load.
  /* eslint-disable @typescript-eslint/no-require-imports */
  const { RedisConnection } = require('./redis-connection') as typeof Connection;
  const { RedisMemory } = require('./redis') as typeof Redis;
  /* eslint-enable @typescript-eslint/no-require-imports */
  const { memoryRedisPassword, memoryRedisPasswordFile } = config;
  const password = new Secret(MEMORY_REDIS_PASSWORD_VARIABLE, memoryRedisPassword, memoryRedisPasswordFile);
  const redis = new RedisConnection({ url: config.memoryRedisUrl, password }, log);
  void redis.stayConnected();
  return { memory: new RedisMemory({ prefix: redisPrefix(config), limits }, redis), redis };
}
