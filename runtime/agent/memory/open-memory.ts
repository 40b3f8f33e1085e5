import { type Logger } from 'pino';
import { type AgentConfig, MEMORY_REDIS_PASSWORD_VARIABLE } from '../../contract';
import { Secret } from '../../process/secret';
import { LocalMemory } from './local';
import { type Memory } from './memory';
import { NoMemory } from './none';
import type * as Redis from './redis';

export function remembers({ memoryEnabled, memoryType }: AgentConfig): boolean {
  return memoryEnabled && memoryType !== 'none';
}

/** The memory that the configuration asks for; Redis is connected to in the background. */
export function openMemory(config: AgentConfig, log: Logger): Memory {
  const limits = {
    maxSessions: config.memoryMaxSessions,
    maxSessionEvents: config.memoryMaxSessionEvents,
    ttlSeconds: config.memoryTtlSeconds,
  };
  if (!remembers(config)) return new NoMemory();
  if (config.memoryType === 'local' || config.memoryRedisUrl === undefined) return new LocalMemory(limits);
  // Most agents have no use for it, and their start need not wait for it to load.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { RedisMemory } = require('./redis') as typeof Redis;
  const memory = new RedisMemory(
    {
      agent: config.name,
      url: config.memoryRedisUrl,
      password: new Secret(
        MEMORY_REDIS_PASSWORD_VARIABLE,
        config.memoryRedisPassword,
        config.memoryRedisPasswordFile,
      ),
      limits,
    },
    log,
  );
  void memory.stayConnected();
  return memory;
}
