import { type AgentSettings } from '../../../../runtime/contract';
import { getJson, type Listening, postJson, until } from '../../../support/http';
import { closeAll, open, openLead } from '../../../support/open-lead';
import { describeWithRedis, type RunningRedis, startRedis } from '../../../support/redis';
import { inTurn, says, type Script, type ScriptedModel } from '../../../support/scripted-model';
import { secretFile } from '../../../support/secret-file';
import { startTestTelemetry } from '../../../support/telemetry';

const telemetry = startTestTelemetry();

beforeEach(() => telemetry.reset());
afterEach(closeAll);
afterAll(() => telemetry.close());

describeWithRedis('an agent that keeps its sessions in Redis', () => {
  test('recalls a session after a restart, and in another replica', async () => {
    const redis = await started();
    const [first, model] = await agentWith({ memoryRedisUrl: redis.url });
    await readyAgain(first);
    await ask(first, 'I am Ada');
    await first.close();
    const [second, otherModel] = await agentWith({ memoryRedisUrl: redis.url });
    await readyAgain(second);
    await ask(second, 'who am I?');
    expect(model.requests).toHaveLength(1);
    expect(otherModel.requests[0]?.messages.slice(1)).toEqual([
      { role: 'user', content: 'I am Ada' },
      { role: 'assistant', content: 'hi' },
      { role: 'user', content: 'who am I?' },
    ]);
  });

  test('is not ready while Redis is away, answers all the same, and is back when Redis is', async () => {
    const redis = await started();
    const [agent, model] = await agentWith({ memoryRedisUrl: redis.url });
    await readyAgain(agent);
    await ask(agent, 'one');
    await redis.close();
    await until(async () => (await ready(agent)).status === 503);
    expect((await ready(agent)).body).toMatchObject({
      status: 'waiting',
      reasons: ['Redis cannot be reached'],
    });
    expect((await ask(agent, 'two')).status).toBe(200);
    expect(model.requests[1]?.messages.slice(1)).toEqual([{ role: 'user', content: 'two' }]);
    // Between them it may be told that connecting again failed.
    expect(errors()).toEqual(
      expect.arrayContaining([
        'lost the connection to Redis',
        'the session could not be recalled; answering without',
        'the session could not be kept',
      ]),
    );
    expect(await getJson(`${agent.url}/memory/events`)).toMatchObject({
      status: 503,
      body: { error: { message: 'the memory of the agent cannot be used', code: 'memory_unavailable' } },
    });

    open.push(await startRedis({ port: redis.port }));
    await readyAgain(agent);
    expect((await ask(agent, 'three')).status).toBe(200);
    expect((await getJson(`${agent.url}/memory/sessions`)).body.sessions).toEqual(['s']);
  });

  test('refuses what it could not keep when memory is required, and goes on when Redis is back', async () => {
    const redis = await started();
    const [agent, model] = await agentWith({ memoryRedisUrl: redis.url, memoryRequired: true });
    await readyAgain(agent);
    expect((await ask(agent, 'one')).status).toBe(200);
    await redis.close();
    await until(async () => (await ready(agent)).status === 503);
    expect(await ask(agent, 'two')).toMatchObject({
      status: 503,
      body: { error: { message: 'the memory of the agent cannot be used', code: 'memory_unavailable' } },
    });
    expect(model.requests).toHaveLength(1);
    open.push(await startRedis({ port: redis.port }));
    await readyAgain(agent);
    expect((await ask(agent, 'three')).status).toBe(200);
  });

  test.each([
    [true, 503],
    [false, 200],
  ])(
    'that goes away in the middle of a request, with memoryRequired %s: %i',
    async (memoryRequired, status) => {
      const redis = await started();
      const [agent] = await agentWith({ memoryRedisUrl: redis.url, memoryRequired }, async () => {
        await redis.close();
        return says('hi');
      });
      await readyAgain(agent);
      const reply = await ask(agent, 'one');
      expect([reply.status, reply.body.error?.code]).toEqual([
        status,
        status === 503 ? 'memory_unavailable' : undefined,
      ]);
      expect(errors()).toContain('the session could not be kept');
    },
  );

  test('loses no events of requests of one session that run at once, in several replicas', async () => {
    const redis = await started();
    const agents = [
      await agentWith({ memoryRedisUrl: redis.url }),
      await agentWith({ memoryRedisUrl: redis.url }),
    ].map(([agent]) => agent);
    await Promise.all(agents.map(readyAgain));
    await Promise.all(
      Array.from({ length: 20 }, (_, index) => ask(agents[index % 2] as Listening, `question ${index}`)),
    );
    const { body } = await getJson(`${agents[0]?.url}/memory/events?session_id=s`);
    expect(body.total).toBe(40);
    const asked = body.events.filter(
      ({ event_type }: { event_type: string }) => event_type === 'user_message',
    );
    expect(new Set(asked.map(({ content }: { content: string }) => content)).size).toBe(20);
  });

  test('shares it with an agent of its name under another prefix, and neither finds what the other keeps', async () => {
    const redis = await started();
    const [one] = await agentWith({ memoryRedisUrl: redis.url, memoryRedisPrefix: 'team-a' });
    const [other, model] = await agentWith({ memoryRedisUrl: redis.url, memoryRedisPrefix: 'team-b' });
    await Promise.all([readyAgain(one), readyAgain(other)]);
    await ask(one, 'I am Ada');
    await ask(other, 'who am I?');
    expect(model.requests[0]?.messages.slice(1)).toEqual([{ role: 'user', content: 'who am I?' }]);
    expect((await getJson(`${one.url}/memory/events`)).body.total).toBe(2);
  });

  test('is not held up for long by a Redis that does not answer', async () => {
    const redis = await started();
    const [agent] = await agentWith({ memoryRedisUrl: redis.url });
    await readyAgain(agent);
    redis.signal('SIGSTOP');
    const startedAt = performance.now();
    expect((await ask(agent, 'one')).status).toBe(200);
    expect(performance.now() - startedAt).toBeLessThan(8_000);
    expect((await ready(agent)).status).toBe(503);
    redis.signal('SIGCONT');
    await readyAgain(agent);
  });

  test('shows the password of its file, and the new one when it connects again', async () => {
    const redis = await started('first');
    const file = secretFile();
    const [agent] = await agentWith({ memoryRedisUrl: redis.url, memoryRedisPasswordFile: file.path });
    await notReady(agent, 'MEMORY_REDIS_PASSWORD_FILE names a file that cannot be read');
    file.write('wrong\n');
    await notReady(agent, 'Redis cannot be reached');
    await until(() =>
      telemetry.logs.some((log) => String(log.attributes['exception.message']).includes('WRONGPASS')),
    );
    file.write('first\n');
    await readyAgain(agent);
    await redis.close();
    file.write('second\n');
    open.push(await startRedis({ port: redis.port, password: 'second' }));
    await readyAgain(agent);
    const said = telemetry.logs
      .map(({ body, attributes }) => JSON.stringify({ body, attributes }))
      .join('\n');
    expect(said).not.toMatch(/wrong"|"first|"second/);
  });
});

async function started(password?: string): Promise<RunningRedis> {
  const redis = await startRedis({ password });
  open.push(redis);
  return redis;
}

async function agentWith(
  settings: Partial<AgentSettings>,
  script: Script = inTurn(says('hi')),
): Promise<[Listening, ScriptedModel]> {
  const { agent, model } = await openLead(script, { memoryType: 'redis', ...settings });
  return [agent, model];
}

function ask(agent: Listening, content: string) {
  const body = { session_id: 's', messages: [{ role: 'user', content }] };
  return postJson(`${agent.url}/v1/chat/completions`, body);
}

function ready(agent: Listening) {
  return getJson(`${agent.url}/ready`);
}

/** Whoever asks too early is told of what came before. */
function notReady(agent: Listening, reason: string): Promise<void> {
  return until(async () => (await ready(agent)).body.reasons?.[0] === reason);
}

function readyAgain(agent: Listening): Promise<void> {
  return until(async () => (await ready(agent)).status === 200);
}

function errors(): unknown[] {
  return telemetry.logs.filter(({ severityText }) => severityText === 'ERROR').map(({ body }) => body);
}
