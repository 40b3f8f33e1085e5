import { type ChainableCommander, Redis } from 'ioredis';
import { setTimeout as delay } from 'node:timers/promises';
import { type Logger } from 'pino';
import { UnavailableError } from '../../process/errors';
import { type Secret, SecretError } from '../../process/secret';
import {
  type EventPage,
  type Memory,
  type MemoryEvent,
  type MemoryLimits,
  type SessionSummary,
} from './memory';

const COMMAND_TIMEOUT_MS = 1_000;
const CONNECT_TIMEOUT_MS = 2_000;
const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 2_000;

/**
 * Keeps sessions in Redis, where all replicas of an agent find them: a list of events for each, and a sorted set of
 * all by when they were last added to. While Redis is away every use fails at once.
 */
export class RedisMemory implements Memory {
  private readonly redis: Redis;
  private readonly closing = new AbortController();
  private failure: Error | undefined = new Error('not connected yet');

  constructor(
    private readonly options: {
      readonly agent: string;
      readonly url: string;
      readonly password: Secret;
      readonly limits: MemoryLimits;
    },
    private readonly log: Logger,
  ) {
    this.redis = new Redis(options.url, {
      lazyConnect: true,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      commandTimeout: COMMAND_TIMEOUT_MS,
      connectTimeout: CONNECT_TIMEOUT_MS,
      // The password may be another by then, so `stayConnected` does it.
      retryStrategy: null,
    });
    this.redis.on('error', (error: Error) => {
      this.failure = error;
    });
  }

  /** Connects, and connects again whenever the connection is lost. Settles on `close`. */
  async stayConnected(): Promise<void> {
    for (let retryMs = FIRST_RETRY_MS; !this.closing.signal.aborted;) {
      if (await this.connect()) {
        retryMs = FIRST_RETRY_MS;
        await this.disconnected();
        if (!this.closing.signal.aborted)
          this.log.error({ err: this.failure }, 'lost the connection to Redis');
      }
      await delay(retryMs, undefined, { signal: this.closing.signal }).catch(() => undefined);
      retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
    }
  }

  async add(session: string, events: readonly MemoryEvent[]): Promise<void> {
    if (events.length === 0) return;
    const { maxSessions, maxSessionEvents, ttlSeconds } = this.options.limits;
    const list = this.listOf(session);
    await this.use(async (redis) => {
      const transaction = redis
        .multi()
        .rpush(list, ...events.map((event) => JSON.stringify(event)))
        .ltrim(list, -maxSessionEvents, -1)
        .zadd(this.sessionsKey, Date.now(), session);
      if (ttlSeconds !== undefined) transaction.expire(list, ttlSeconds).expire(this.sessionsKey, ttlSeconds);
      await run(this.withoutExpired(transaction));
      const excess = (await redis.zcard(this.sessionsKey)) - maxSessions;
      if (excess <= 0) return;
      // Popping is atomic, so two replicas never forget the same session for two.
      const oldest = membersOf(await redis.zpopmin(this.sessionsKey, excess));
      await redis.del(oldest.map(({ id }) => this.listOf(id)));
    });
  }

  events(session: string, limit: number): Promise<EventPage> {
    const list = this.listOf(session);
    return this.use(async (redis) => {
      const [events, total] = await run(redis.multi().lrange(list, -limit, -1).llen(list));
      const parsed = (events as string[]).map((event) => JSON.parse(event) as MemoryEvent);
      return { events: parsed, total: total as number };
    });
  }

  sessions(): Promise<readonly SessionSummary[]> {
    return this.use(async (redis) => {
      const query = this.withoutExpired(redis.multi()).zrevrange(this.sessionsKey, 0, -1, 'WITHSCORES');
      const known = membersOf((await run(query)).at(-1) as string[]);
      const lengths = redis.pipeline();
      for (const { id } of known) lengths.llen(this.listOf(id));
      const totals = known.length === 0 ? [] : ((await run(lengths)) as number[]);
      return known.map((session, index) => ({ ...session, total: totals[index] ?? 0 }));
    });
  }

  delete(session: string): Promise<boolean> {
    return this.use(async (redis) => {
      const [deleted] = await run(redis.multi().del(this.listOf(session)).zrem(this.sessionsKey, session));
      return deleted === 1;
    });
  }

  async problem(): Promise<string | undefined> {
    try {
      await this.use((redis) => redis.ping());
      return undefined;
    } catch {
      // What else Redis says may name addresses, and whoever asks for readiness shows no key.
      return this.failure instanceof SecretError ? this.failure.message : 'Redis cannot be reached';
    }
  }

  close(): Promise<void> {
    this.closing.abort();
    this.redis.disconnect();
    return Promise.resolve();
  }

  private get sessionsKey(): string {
    return `kaos:${this.options.agent}:sessions`;
  }

  private listOf(session: string): string {
    return `kaos:${this.options.agent}:session:${session}`;
  }

  /** The list of an expired session is gone by itself; this forgets that it was there. */
  private withoutExpired(transaction: ChainableCommander): ChainableCommander {
    const { ttlSeconds } = this.options.limits;
    if (ttlSeconds === undefined) return transaction;
    return transaction.zremrangebyscore(this.sessionsKey, '-inf', Date.now() - ttlSeconds * 1000);
  }

  private disconnected(): Promise<void> {
    if (this.redis.status === 'end') return Promise.resolve();
    return new Promise((resolve) => this.redis.once('end', () => resolve()));
  }

  private async connect(): Promise<boolean> {
    const before = this.failure;
    try {
      const password = await this.options.password.read();
      if (password !== undefined) this.redis.options.password = password;
      await this.redis.connect();
      this.failure = undefined;
      this.log.info('connected to Redis');
      return true;
    } catch (error) {
      // What `connect` rejects with is seldom why; the event before it said that.
      if (error instanceof SecretError || this.failure === undefined) this.failure = error as Error;
      const isNews = this.failure?.message !== before?.message && !this.closing.signal.aborted;
      if (isNews) this.log.error({ err: this.failure }, 'Redis cannot be used; sessions are not remembered');
      return false;
    }
  }

  private async use<T>(work: (redis: Redis) => Promise<T>): Promise<T> {
    try {
      return await work(this.redis);
    } catch (error) {
      const cause = this.redis.status === 'ready' ? error : (this.failure ?? error);
      throw new UnavailableError('memory_unavailable', 'the memory of the agent cannot be used', { cause });
    }
  }
}

/** A transaction or pipeline succeeds as a whole, even where a command in it failed. */
async function run(commands: ChainableCommander): Promise<unknown[]> {
  const results = (await commands.exec()) ?? [];
  return results.map(([error, result]) => {
    if (error) throw error;
    return result;
  });
}

/** Members and scores of a sorted set, which take turns. */
function membersOf(reply: readonly string[]): { readonly id: string; readonly updatedAt: number }[] {
  return reply.flatMap((id, index) => (index % 2 === 0 ? [{ id, updatedAt: Number(reply[index + 1]) }] : []));
}
