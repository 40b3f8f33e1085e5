import { type Duration } from 'cdk8s';
import { type IConstruct } from 'constructs';
import { type AgentSettings } from '../../runtime/contract';
import { fail } from '../fail';
import { RedisConnection, type RedisConnectionProps } from '../redis-connection';
import { checkCounts } from '../numbers';
import { checkSeconds, secondsOf } from '../durations';

/** How much of its sessions an agent keeps. */
export interface MemoryLimits {
  /**
   * Messages of a session that the model is told before those of a request. A whole number, 0 or more.
   * @default 6
   */
  readonly contextLimit?: number;
  /**
   * Sessions kept; of more, the oldest are forgotten. A whole number, 1 or more.
   * @default 1000
   */
  readonly maxSessions?: number;
  /**
   * Events kept of each session. A whole number, 1 or more.
   * @default 500
   */
  readonly maxSessionEvents?: number;
}

/** Sessions kept in Redis. */
export interface RedisMemoryProps extends MemoryLimits, RedisConnectionProps {
  /**
   * How long a session is kept after its last event; whole seconds.
   * @default - until there are too many
   */
  readonly ttl?: Duration;
  /**
   * Whether a request fails while its session cannot be had; if not, it is answered without.
   * @default false
   */
  readonly required?: boolean;
  /**
   * What all keys begin with: letters, digits, ".", ":", "-" and "_". Agents of one name in several namespaces may share
   * a Redis.
   * @default - `kaos.<namespace>`
   */
  readonly keyPrefix?: string;
}

/** What of that is the process's. */
type RedisSettings = Pick<RedisMemoryProps, 'keyPrefix' | 'required' | 'ttl'>;

/** Where an agent keeps its sessions. */
export class Memory {
  /** In the process: gone when it ends, and known to one pod alone. */
  static local(limits: MemoryLimits = {}): Memory {
    return new Memory('local', limits);
  }

  /** In a Redis that somebody else runs, shared by all pods of the agent. */
  static redis({
    ttl,
    required,
    keyPrefix,
    contextLimit,
    maxSessions,
    maxSessionEvents,
    ...connection
  }: RedisMemoryProps): Memory {
    const limits = { contextLimit, maxSessions, maxSessionEvents };
    return new Memory('redis', limits, new RedisConnection(connection), { ttl, required, keyPrefix });
  }

  /** Nowhere: each request stands alone. */
  static none(): Memory {
    return new Memory('none', {});
  }

  private constructor(
    /** Where sessions are kept. */
    readonly kind: 'local' | 'redis' | 'none',
    private readonly limits: MemoryLimits,
    /** The Redis that keeps them. */
    readonly redis?: RedisConnection,
    private readonly settled: RedisSettings = {},
  ) {}

  /** What the process of an agent in a namespace is told, the password apart. */
  settings(namespace: string | undefined): Partial<AgentSettings> {
    const { contextLimit, maxSessions, maxSessionEvents } = this.limits;
    const { ttl, required, keyPrefix = namespace && `kaos.${namespace}` } = this.settled;
    return {
      memoryType: this.kind,
      memoryContextLimit: contextLimit,
      memoryMaxSessions: maxSessions,
      memoryMaxSessionEvents: maxSessionEvents,
      memoryRedisUrl: this.redis && urlOf(this.redis),
      memoryRedisPrefix: this.redis && keyPrefix,
      memoryRequired: required,
      memoryTtlSeconds: ttl && secondsOf(ttl),
    };
  }

  /** Reports what is wrong with it on the construct that uses it. */
  check(scope: IConstruct): void {
    const { contextLimit, ...counts } = this.limits;
    if (contextLimit !== undefined && !(Number.isSafeInteger(contextLimit) && contextLimit >= 0)) {
      fail(scope, `contextLimit of memory is ${contextLimit}`, 'give a whole number, 0 or more');
    }
    checkCounts(scope, { ...counts }, ' of memory');
    const { ttl, keyPrefix } = this.settled;
    checkSeconds(scope, { 'ttl of memory': ttl });
    if (keyPrefix !== undefined && !/^[\w.:-]{1,128}$/.test(keyPrefix)) {
      fail(
        scope,
        `keyPrefix of memory is "${keyPrefix}"`,
        'give 1 to 128 letters, digits, ".", ":", "-" or "_"',
      );
    }
    this.redis?.problems.forEach(([problem, fix]) => fail(scope, problem, fix));
  }
}

function urlOf({ host, port, tls }: RedisConnection): string {
  return `${tls ? 'rediss' : 'redis'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
