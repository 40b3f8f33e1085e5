import { a2aClient, ALL_TASKS, answerOf, send, stateOf, userMessage } from '../../../support/a2a-client';
import { getJson, until } from '../../../support/http';
import { describeWithRedis, startRedis } from '../../../support/redis';
import { says } from '../../../support/scripted-model';
import { open } from '../../../support/open-lead';
import { openAgent, watchTests } from './open-agent';

watchTests();

describeWithRedis('tasks in Redis', () => {
  test('are found, and canceled, at another replica, and survive a restart', async () => {
    const redis = await startRedis();
    open.push(redis);
    const settings = { memoryType: 'redis', memoryRedisUrl: redis.url } as const;
    const one = await openAgent(settings, ({ messages }) =>
      messages.at(-1)?.content === 'hi' ? says('hello there') : new Promise(() => undefined),
    );
    const other = await openAgent(settings);
    for (const { agent } of [one, other])
      await until(async () => (await getJson(`${agent.url}/ready`)).status === 200);
    const [client, elsewhere] = [await a2aClient(one.agent.url), await a2aClient(other.agent.url)];
    const done = await send(client, userMessage('hi'));
    expect(answerOf(await elsewhere.getTask({ tenant: '', id: done.id }))).toBe('hello there');

    const { id } = await send(client, userMessage('wait'), true);
    await until(() => one.model.requests.length === 2);
    expect(stateOf(await elsewhere.getTask({ tenant: '', id }))).toBe('WORKING');
    expect(stateOf(await elsewhere.cancelTask({ tenant: '', id, metadata: undefined }))).toBe('CANCELED');
    await one.model.hungUp;
    expect(stateOf(await client.getTask({ tenant: '', id }))).toBe('CANCELED');
    const { tasks } = await elsewhere.listTasks(ALL_TASKS);
    expect(tasks.map(stateOf).sort()).toEqual(['CANCELED', 'COMPLETED']);
  });
});
