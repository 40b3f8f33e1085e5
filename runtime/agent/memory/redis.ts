import { type ChainableCommander } from 'ioredis';
import {
  type EventPage,
  type Memory,
  type MemoryEvent,
  type MemoryLimits,
  type SessionSummary,
} from './memory';
import { type RedisConnection } from './redis-connection';

/**
 * Keeps sessions in Redis, where all replicas of an agent find them: a list of events for each, and a sorted set of
 * all by when they were last added to.
 */
export class RedisMemory implements Memory {
  constructor(
    private readonly options: {
      /** What all keys of the agent begin with. */
      readonly prefix: string;
      readonly limits: MemoryLimits;
    },
    private readonly connection: RedisConnection,
  ) {}

  async add(session: string, events: readonly MemoryEvent[]): Promise<void> {
    if (events.length === 0) return;
    const { prefix, limits } = this.options;
    const { maxSessions, maxSessionEvents, ttlSeconds } = limits;
    const list = this.listOf(session);
    await this.connection.use(async (redis) => {
      const transaction = redis
        .multi()
        .rpush(list, ...events.map((event) => JSON.stringify(event)))
        .ltrim(list, -maxSessionEvents, -1)
        .zadd(this.sessionsKey, Date.now(), session);
      if (ttlSeconds !== undefined) transaction.expire(list, ttlSeconds).expire(this.sessionsKey, ttlSeconds);
      await run(
        this.withoutExpired(transaction).eval(FORGET_OLDEST, 1, this.sessionsKey, maxSessions, prefix),
      );
    });
  }

  events(session: string, limit: number): Promise<EventPage> {
    const list = this.listOf(session);
    return this.connection.use(async (redis) => {
      const [events, total] = await run(redis.multi().lrange(list, -limit, -1).llen(list));
      const parsed = (events as string[]).map((event) => JSON.parse(event) as MemoryEvent);
      return { events: parsed, total: total as number };
    });
  }

  sessions(): Promise<readonly SessionSummary[]> {
    return this.connection.use(async (redis) => {
      const query = this.withoutExpired(redis.multi()).zrevrange(this.sessionsKey, 0, -1, 'WITHSCORES');
      const known = membersOf((await run(query)).at(-1) as string[]);
      const lengths = redis.pipeline();
      for (const { id } of known) lengths.llen(this.listOf(id));
      const totals = known.length === 0 ? [] : ((await run(lengths)) as number[]);
      return known.map((session, index) => ({ ...session, total: totals[index] ?? 0 }));
    });
  }

  delete(session: string): Promise<boolean> {
    return this.connection.use(async (redis) => {
      const transaction = redis.multi().del(this.listOf(session)).zrem(this.sessionsKey, session);
      const [deleted] = await run(transaction.del(this.suspendedOf(session)));
      return deleted === 1;
    });
  }

  async suspend(session: string, state: string): Promise<void> {
    const { ttlSeconds } = this.options.limits;
    const key = this.suspendedOf(session);
    await this.connection.use((redis) =>
      ttlSeconds === undefined ? redis.set(key, state) : redis.set(key, state, 'EX', ttlSeconds),
    );
  }

  async resume(session: string): Promise<string | undefined> {
    return (await this.connection.use((redis) => redis.getdel(this.suspendedOf(session)))) ?? undefined;
  }

  problem(): Promise<string | undefined> {
    return this.connection.problem();
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  private get sessionsKey(): string {
    return `${this.options.prefix}:sessions`;
  }

  private listOf(session: string): string {
    return `${this.options.prefix}:session:${session}`;
  }

  private suspendedOf(session: string): string {
    return `${this.options.prefix}:suspended:${session}`;
  }

  /** The list of an expired session is gone by itself; this forgets that it was there. */
  private withoutExpired(transaction: ChainableCommander): ChainableCommander {
    const { ttlSeconds } = this.options.limits;
    if (ttlSeconds === undefined) return transaction;
    return transaction.zremrangebyscore(this.sessionsKey, '-inf', Date.now() - ttlSeconds * 1000);
  }
}

/** As a script, nothing that another replica adds can come between choosing a session and forgetting it. */
const FORGET_OLDEST = `
  local excess = redis.call('zcard', KEYS[1]) - tonumber(ARGV[1])
  if excess <= 0 then return end
  local oldest = redis.call('zpopmin', KEYS[1], excess)
  for i = 1, #oldest, 2 do
    redis.call('del', ARGV[2] .. ':session:' .. oldest[i], ARGV[2] .. ':suspended:' .. oldest[i])
  end`;

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
