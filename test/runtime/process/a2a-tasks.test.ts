import { type Client } from '@a2a-js/sdk/client';
import { Redis } from 'ioredis';
import { agentConfigToEnv } from '../../../runtime/contract';
import { a2aClient, answerOf, send, stateOf, textOf, userMessage } from '../../support/a2a-client';
import { nobodyAt, type Signal, signalled, until } from '../../support/http';
import { startAgent } from '../../support/in-process';
import { type Bundles, bundleProcesses, ready, startProcess } from '../../support/real-process';
import { describeWithRedis, startRedis } from '../../support/redis';
import { says, type ScriptedReply, startScriptedModel } from '../../support/scripted-model';
import { startTestTelemetry } from '../../support/telemetry';

const telemetry = startTestTelemetry();
let bundles: Bundles;
const open: { close(): Promise<unknown> }[] = [];

beforeAll(() => {
  bundles = bundleProcesses();
});
afterEach(async () => {
  for (const part of open.splice(0)) await part.close();
});
afterAll(async () => {
  bundles.remove();
  await telemetry.close();
});

const INTERRUPTED = 'the process that worked on it ended before it was done; ask again';

describeWithRedis('a task that nobody waits for', () => {
  test('is finished when its process is told to end, or else has failed before it does', async () => {
    const { agent, client, elsewhere, answers } = await replicas();
    const [done, stuck] = [await sent(client, 'quick'), await sent(client, 'slow')];
    await until(() => answers.size === 2);
    agent.kill('SIGTERM');
    await until(() => isDraining(agent));
    answers.get('quick')?.happen(says('done'));
    await until(async () => stateOf(await elsewhere.getTask({ tenant: '', id: done })) === 'COMPLETED');
    expect(answerOf(await elsewhere.getTask({ tenant: '', id: done }))).toBe('done');
    // It has the rest of the grace period.
    expect(stateOf(await elsewhere.getTask({ tenant: '', id: stuck }))).toBe('WORKING');
    expect([await agent.exit, await agent.stderr]).toEqual([0, '']);
    const task = await elsewhere.getTask({ tenant: '', id: stuck });
    expect([stateOf(task), textOf(task.status?.message?.parts ?? [])]).toEqual(['FAILED', INTERRUPTED]);
  }, 60_000);

  test('reads as failed for all others when its process died', async () => {
    const { agent, client, elsewhere, answers, redis } = await replicas();
    const id = await sent(client, 'slow');
    await until(() => answers.size === 1);
    agent.kill('SIGKILL');
    await agent.exit;
    expect(stateOf(await elsewhere.getTask({ tenant: '', id }))).toBe('WORKING');
    const [lease = ''] = await redis.keys(`*:task-lease:${id}`);
    const left = await redis.pttl(lease);
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(30_000);
    // Its time passes.
    await redis.del(lease);
    const task = await elsewhere.getTask({ tenant: '', id });
    expect([stateOf(task), textOf(task.status?.message?.parts ?? [])]).toEqual(['FAILED', INTERRUPTED]);
    const listed = (await elsewhere.listTasks(ALL_TASKS)).tasks;
    expect(listed.map(stateOf)).toEqual(['FAILED']);
    await expect(send(elsewhere, userMessage('more', { taskId: id }))).rejects.toMatchObject({
      envelopeCode: -32004,
    });
  });
});

test('that cannot be kept is a line of the log, and nothing on stderr', async () => {
  const [{ port }, nobody] = [await nobodyAt(), await nobodyAt()];
  const model = await startScriptedModel(() => says('done'));
  open.push(model);
  const env = agentConfigToEnv({
    ...{ name: 'lead', host: '127.0.0.1', port, modelUrl: model.url, model: 'gpt-4o' },
    ...{ memoryType: 'redis', memoryRedisUrl: nobody.url.replace('http', 'redis') },
  });
  const agent = startProcess(bundles.agent, env);
  const url = `http://127.0.0.1:${port}`;
  await ready(url, '/health');
  await expect(send(await a2aClient(url), userMessage('hi'))).rejects.toThrow('the memory of the agent');
  agent.kill('SIGTERM');
  expect([await agent.exit, await agent.stderr]).toEqual([0, '']);
  const lines = (await agent.stdout)
    .split('\n')
    .filter((line) => line.includes('Event processing loop failed'));
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { severity: 'ERROR', logger_name: 'lead', err: { code: 'memory_unavailable' } },
  ]);
});

const ALL_TASKS = {
  tenant: '',
  contextId: '',
  status: 0,
  pageToken: '',
  statusTimestampAfter: undefined,
  includeArtifacts: true,
};

/** A real process and, at another address, another replica of the same agent. */
async function replicas() {
  const server = await startRedis();
  const answers = new Map<string, Signal<ScriptedReply>>();
  const model = await startScriptedModel(({ messages }) => {
    const answer = signalled<ScriptedReply>();
    answers.set(String(messages.at(-1)?.content), answer);
    return answer.happened;
  });
  const { port } = await nobodyAt();
  const settings = { modelUrl: model.url, model: 'gpt-4o', memoryRedisUrl: server.url } as const;
  const config = { name: 'lead', memoryType: 'redis', ...settings } as const;
  const env = agentConfigToEnv({ ...config, host: '127.0.0.1', port });
  const agent = { ...startProcess(bundles.agent, env, 60_000), url: `http://127.0.0.1:${port}` };
  const other = await startAgent(config);
  const redis = new Redis(server.url);
  open.push({ close: () => redis.quit() }, other, model, server);
  await Promise.all([ready(agent.url), ready(other.url)]);
  const [client, elsewhere] = [await a2aClient(agent.url), await a2aClient(other.url)];
  return { agent, client, elsewhere, answers, redis };
}

async function sent(client: Client, text: string): Promise<string> {
  return (await send(client, userMessage(text), true)).id;
}

function isDraining({ url }: { readonly url: string }): Promise<boolean> {
  return fetch(`${url}/ready`).then(
    ({ status }) => status === 503,
    () => false,
  );
}
