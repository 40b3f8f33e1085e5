import { pino } from 'pino';
import { LocalMemory } from '../../../../runtime/agent/memory/local';
import { type Memory, type MemoryEvent, type MemoryLimits } from '../../../../runtime/agent/memory/memory';
import { RedisMemory } from '../../../../runtime/agent/memory/redis';
import { RedisConnection } from '../../../../runtime/agent/memory/redis-connection';
import { Secret } from '../../../../runtime/process/secret';
import { nextMillisecond, until } from '../../../support/http';
import { describeWithRedis, type RunningRedis, startRedis } from '../../../support/redis';

const log = pino({ enabled: false });
const open: Memory[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((memory) => memory.close()));
});

describe('in the process', () => {
  keepsSessions((limits) => Promise.resolve(new LocalMemory(limits)));

  test('all sessions together hold no more than a process can spare', async () => {
    const memory = await opened((limits) => Promise.resolve(new LocalMemory(limits)), {});
    const large = 'x'.repeat(1024 * 1024);
    for (let index = 0; index < 40; index++) await memory.add(`s${index}`, [event(large)]);
    const kept = await memory.sessions();
    expect(kept.map(({ id }) => id).slice(0, 2)).toEqual(['s39', 's38']);
    expect(kept).toHaveLength(31);
  });
});

describeWithRedis('in Redis', () => {
  let redis: RunningRedis;
  let agents = 0;

  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.close());

  keepsSessions((limits) => connect(`agent-${++agents}`, limits));

  test('all replicas find a session, and no other agent does', async () => {
    const [one, other] = [
      await opened(connect.bind(null, 'twin'), {}),
      await opened(connect.bind(null, 'twin'), {}),
    ];
    const stranger = await opened(connect.bind(null, 'stranger'), {});
    await one.add('a', [event('hi')]);
    expect(await other.events('a', 10)).toEqual({ events: [event('hi')], total: 1 });
    expect(await stranger.sessions()).toEqual([]);
  });

  test('replicas that add and forget at once lose nothing of what they keep', async () => {
    const replicas = await Promise.all(
      [1, 2, 3].map(() => opened(connect.bind(null, 'busy'), { maxSessions: 2, maxSessionEvents: 1_000 })),
    );
    for (let round = 0; round < 20; round++) {
      await Promise.all(replicas.map((memory, index) => memory.add(`r${round}-${index}`, [event('x')])));
      await Promise.all(replicas.map((memory) => memory.add('s', [event(round)])));
    }
    const [memory] = replicas as [Memory];
    const sessions = await memory.sessions();
    expect(sessions).toHaveLength(2);
    // Of what was added last, in one go, all is there.
    expect((await memory.events('s', 3)).events).toEqual(Array(3).fill(event(19)));
  });

  async function connect(agent: string, limits: MemoryLimits): Promise<RedisMemory> {
    const password = new Secret('MEMORY_REDIS_PASSWORD', undefined, undefined);
    const connection = new RedisConnection({ url: redis.url, password }, log);
    const memory = new RedisMemory({ prefix: `kaos:${agent}`, limits }, connection);
    void connection.stayConnected();
    await until(async () => (await memory.problem()) === undefined);
    return memory;
  }
});

type Open = (limits: MemoryLimits) => Promise<Memory>;

/** What every memory does, wherever it keeps things. */
function keepsSessions(open: Open): void {
  test('a session that is not known is empty', async () => {
    const memory = await opened(open, {});
    expect(await memory.events('a', 10)).toEqual({ events: [], total: 0 });
    expect(await memory.sessions()).toEqual([]);
  });

  test('events come back as they were added, oldest first, the last of them', async () => {
    const memory = await opened(open, {});
    await memory.add('a', [event('one'), event({ tool: 'add', arguments: { a: 1, text: 'ä "\n' } })]);
    await memory.add('b', [event('other')]);
    await memory.add('a', [event('three')]);
    expect(await memory.events('a', 2)).toEqual({
      events: [event({ tool: 'add', arguments: { a: 1, text: 'ä "\n' } }), event('three')],
      total: 3,
    });
  });

  test('the session that was added to last comes first', async () => {
    const memory = await opened(open, {});
    for (const session of ['a', 'b', 'c', 'a']) {
      await memory.add(session, [event('x')]);
      await nextMillisecond();
    }
    const sessions = await memory.sessions();
    expect(sessions.map(({ id, total }) => `${id} ${total}`)).toEqual(['a 2', 'c 1', 'b 1']);
    expect(Date.now() - (sessions[0]?.updatedAt ?? 0)).toBeLessThan(10_000);
  });

  test('a session keeps so many events, the newest', async () => {
    const memory = await opened(open, { maxSessionEvents: 2 });
    await memory.add('a', [event(1), event(2), event(3)]);
    await memory.add('a', [event(4)]);
    expect(await memory.events('a', 10)).toEqual({ events: [event(3), event(4)], total: 2 });
  });

  test('so many sessions are kept; the one that rested longest goes first', async () => {
    const memory = await opened(open, { maxSessions: 2 });
    for (const session of ['a', 'b', 'a', 'c']) {
      await memory.add(session, [event('x')]);
      await nextMillisecond();
    }
    expect((await memory.sessions()).map(({ id }) => id)).toEqual(['c', 'a']);
    expect((await memory.events('b', 10)).total).toBe(0);
  });

  test('a session that rests too long is forgotten', async () => {
    const memory = await opened(open, { ttlSeconds: 1 });
    await memory.add('a', [event('x')]);
    expect((await memory.events('a', 10)).total).toBe(1);
    await until(async () => (await memory.events('a', 10)).total === 0);
    await until(async () => (await memory.sessions()).length === 0);
    expect(await memory.delete('a')).toBe(false);
  });

  test('what is added at once is kept, each in one piece', async () => {
    const memory = await opened(open, { maxSessionEvents: 1_000 });
    const pairs = Array.from({ length: 50 }, (_, index) => [event(`${index} asked`), event(`${index} told`)]);
    await Promise.all(pairs.map((pair) => memory.add('a', pair)));
    const { events, total } = await memory.events('a', 1_000);
    expect(total).toBe(100);
    const kept = events.map(({ content }) => String(content));
    for (const [index] of pairs.entries()) {
      const at = kept.indexOf(`${index} asked`);
      expect(kept[at + 1]).toBe(`${index} told`);
    }
  });

  test('what waits for a session’s next message is taken up once', async () => {
    const memory = await opened(open, {});
    await memory.suspend('a', 'first');
    await memory.suspend('a', 'state');
    await memory.add('a', [event('x')]);
    const taken = await Promise.all([memory.resume('a'), memory.resume('a'), memory.resume('b')]);
    expect(taken.filter((state) => state !== undefined)).toEqual(['state']);
    expect(await memory.resume('a')).toBeUndefined();
    expect((await memory.events('a', 10)).total).toBe(1);
  });

  test('what waits goes with its session', async () => {
    const memory = await opened(open, { maxSessions: 1 });
    for (const session of ['a', 'b']) {
      await memory.suspend(session, 'state');
      await memory.add(session, [event('x')]);
      await nextMillisecond();
    }
    expect(await memory.resume('a')).toBeUndefined();
    await memory.delete('b');
    expect(await memory.resume('b')).toBeUndefined();
  });

  test('a session that was deleted is gone', async () => {
    const memory = await opened(open, {});
    await memory.add('a', [event('x')]);
    expect([await memory.delete('a'), await memory.delete('a')]).toEqual([true, false]);
    expect([await memory.sessions(), (await memory.events('a', 10)).total]).toEqual([[], 0]);
  });
}

async function opened(start: Open, limits: Partial<MemoryLimits>): Promise<Memory> {
  const memory = await start({ maxSessions: 100, maxSessionEvents: 100, ttlSeconds: undefined, ...limits });
  open.push(memory);
  return memory;
}

function event(content: unknown): MemoryEvent {
  return {
    event_id: 'event_0',
    timestamp: '2026-01-01T00:00:00.000Z',
    event_type: 'user_message',
    content,
    metadata: {},
  };
}
