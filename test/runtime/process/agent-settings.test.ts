import { agentConfigToEnv, type AgentSettings } from '../../../runtime/contract';
import { nobodyAt, postJson } from '../../support/http';
import {
  type Bundles,
  bundleProcesses,
  ready,
  type RealProcess,
  startProcess,
} from '../../support/real-process';
import { describeWithRedis, startRedis } from '../../support/redis';
import { inTurn, says, startScriptedModel } from '../../support/scripted-model';
import { secretFile } from '../../support/secret-file';

let bundles: Bundles;
const open: { close(): Promise<unknown> }[] = [];

beforeAll(() => {
  bundles = bundleProcesses();
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((part) => part.close()));
});
afterAll(() => bundles.remove());

test('an agent starts before its Secrets are there, says which it misses, and is ready after', async () => {
  const [modelKey, callerKeys] = [secretFile(), secretFile()];
  const { agent, url, model } = await started({
    modelApiKeyFile: modelKey.path,
    apiKeysFile: callerKeys.path,
  });
  await ready(url, '/health');
  const waiting = await fetch(`${url}/ready`);
  expect([waiting.status, await waiting.json()]).toMatchObject([
    503,
    {
      // Of the model gateway, too, if it was not reached yet.
      reasons: expect.arrayContaining([
        'MODEL_API_KEY_FILE names a file that cannot be read',
        'AGENT_API_KEYS_FILE names a file that cannot be read',
      ]),
    },
  ]);
  modelKey.write('of-the-model\n');
  callerKeys.write('of-the-caller\n');
  await ready(url);
  const reply = await ask(url, 'hi', { authorization: 'Bearer of-the-caller' });
  expect([reply.status, model.requests[0]?.headers.authorization]).toEqual([200, 'Bearer of-the-model']);
  agent.kill('SIGTERM');
  expect([await agent.exit, await agent.stderr]).toEqual([0, '']);
  const stdout = await agent.stdout;
  expect(stdout).toContain('"message":"not ready: MODEL_API_KEY_FILE names a file that cannot be read"');
  expect(stdout).not.toContain('of-the-');
});

describeWithRedis('an agent as it ships', () => {
  test('finds its sessions in Redis after a restart, and lets go of it in the end', async () => {
    const redis = await startRedis();
    open.push(redis);
    const settings = { memoryType: 'redis', memoryRedisUrl: redis.url } as const;
    for (const content of ['one', 'two']) {
      const { agent, url, model } = await started(settings);
      await ready(url);
      expect((await ask(url, content)).status).toBe(200);
      agent.kill('SIGTERM');
      expect([await agent.exit, await agent.stderr]).toEqual([0, '']);
      const told = model.requests[0]?.messages.slice(1).map((message) => message.content);
      expect(told).toEqual(content === 'one' ? ['one'] : ['one', 'hello', 'two']);
    }
  });
});

async function started(settings: Partial<AgentSettings>): Promise<{
  agent: RealProcess;
  url: string;
  model: Awaited<ReturnType<typeof startScriptedModel>>;
}> {
  const model = await startScriptedModel(inTurn(says('hello')));
  open.push(model);
  const { port, url } = await nobodyAt();
  const config = { name: 'lead', modelUrl: model.url, model: 'gpt-4o', host: '127.0.0.1', port, ...settings };
  return { agent: startProcess(bundles.agent, agentConfigToEnv(config)), url, model };
}

function ask(url: string, content: string, headers: Record<string, string> = {}) {
  const body = { session_id: 's', messages: [{ role: 'user', content }] };
  return postJson(`${url}/v1/chat/completions`, body, headers);
}
