import { a2aClient, request, send, stateOf, textOf, userMessage } from '../../../support/a2a-client';
import { type Listening, postJson, until } from '../../../support/http';
import { says } from '../../../support/scripted-model';
import { open } from '../../../support/open-lead';
import { STUCK } from '../../../support/stuck-agents';
import { openAgent, watchTests } from './open-agent';

watchTests();

const NEVER = new Promise<never>(() => undefined);
const QUESTION = { messages: [{ role: 'user', content: 'go' }] };

describe('a task that goes on when its client has left', () => {
  test.each<[how: string, leave: (agent: Listening) => Promise<string>]>([
    [
      'was told that it runs',
      async ({ url }) => (await send(await a2aClient(url), userMessage('hi'), true)).id,
    ],
    ['left its stream', leftStream],
  ])('counts as a request, when the client %s', async (_how, leave) => {
    const { agent } = await openAgent({ maxConcurrentRequests: 1 }, (_request, index) =>
      index === 0 ? NEVER : says('done'),
    );
    const id = await leave(agent);
    const chat = () => postJson(`${agent.url}/v1/chat/completions`, QUESTION);
    const refused = await chat();
    expect([refused.status, refused.body.error.code]).toEqual([429, 'too_many_requests']);
    expect(refused.headers.get('retry-after')).toBe('1');
    const client = await a2aClient(agent.url);
    await expect(send(client, userMessage('hi'))).rejects.toThrow('429');
    // Whoever asks for it, or ends it, is not turned away for it.
    await until(() =>
      client.getTask({ tenant: '', id }).then(
        ({ id: read }) => read === id,
        () => false,
      ),
    );
    expect(stateOf(await client.cancelTask({ tenant: '', id, metadata: undefined }))).toBe('CANCELED');
    await until(async () => (await chat()).status === 200);
  });

  test('fails when its time is up, without a limit for requests', async () => {
    const { agent, model } = await openAgent({ taskTimeoutMs: 50 }, () => NEVER);
    const client = await a2aClient(agent.url);
    const { id } = await send(client, userMessage('hi'), true);
    await model.hungUp;
    const look = () => client.getTask({ tenant: '', id });
    await until(async () => stateOf(await look()) === 'FAILED');
    expect(textOf((await look()).status?.message?.parts ?? [])).toBe('Not done within 50 ms');
  });

  test('has the time of a request, where there is a limit for those', async () => {
    const { agent } = await openAgent({ taskTimeoutMs: 60_000, requestTimeoutMs: 50 }, () => NEVER);
    const task = await send(await a2aClient(agent.url), userMessage('hi'));
    expect(textOf(task.status?.message?.parts ?? [])).toBe('Not done within 50 ms');
  });
});

describe('cancelling a task ends within 100 ms', () => {
  test.each(STUCK)('%s', async (_what, start) => {
    const took: number[] = [];
    for (let tries = 0; tries < 5; tries++) {
      const { agent, begun, ended } = await start(open);
      const client = await a2aClient(agent.url);
      const { id } = await send(client, userMessage('hi'), true);
      await begun;
      const startedAt = performance.now();
      const canceled = client.cancelTask({ tenant: '', id, metadata: undefined });
      await ended;
      took.push(performance.now() - startedAt);
      expect(stateOf(await canceled)).toBe('CANCELED');
    }
    // The median: others share the machine.
    expect(took.sort((a, b) => a - b)[2]).toBeLessThan(100);
  });
});

async function leftStream({ url }: Listening): Promise<string> {
  const client = await a2aClient(url);
  const leaving = new AbortController();
  const stream = client.sendMessageStream(request(userMessage('hi')), { signal: leaving.signal });
  const first = (await stream.next()).value;
  leaving.abort();
  await expect(stream.next()).rejects.toThrow();
  return first?.payload?.$case === 'task' ? first.payload.value.id : '';
}
