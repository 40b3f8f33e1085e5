import { type Listening, postJson } from '../../support/http';
import { startAgent } from '../../support/in-process';
import { closeAll, open, openLead, QUESTION } from '../../support/open-lead';
import { asksFor, inTurn, says, startScriptedModel, toolResults } from '../../support/scripted-model';
import { secretFile } from '../../support/secret-file';
import { startTestTelemetry } from '../../support/telemetry';

const telemetry = startTestTelemetry();

beforeEach(() => telemetry.reset());
afterEach(closeAll);
afterAll(() => telemetry.close());

describe('the key of the model gateway', () => {
  test('comes from a file, and is the new one as soon as the file is', async () => {
    const file = secretFile('first\n');
    const { agent, model } = await agentWith({
      modelApiKey: 'from the variable',
      modelApiKeyFile: file.path,
    });
    await ask(agent);
    file.write('second\n');
    await ask(agent);
    expect(model.requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer first',
      'Bearer second',
    ]);
  });

  test.each([
    ['missing', undefined, 'MODEL_API_KEY_FILE names a file that cannot be read'],
    ['empty', '', 'MODEL_API_KEY_FILE names a file that is empty'],
  ])('fails when its file is %s, and works again once it is there', async (_why, text, reason) => {
    const file = secretFile(text);
    const { agent, model } = await agentWith({ modelApiKeyFile: file.path });
    const message = 'the key of the model gateway cannot be read';
    expect(await ask(agent)).toMatchObject({
      status: 502,
      body: { error: { message, type: 'api_error', param: null, code: 'model_failed' } },
    });
    expect(model.requests).toEqual([]);
    const [log] = telemetry.logs.filter(({ body }) => body === 'model.inference failed');
    expect(log?.attributes['exception.stacktrace']).toContain(reason);
    const waiting = await fetch(`${agent.url}/ready`);
    expect([waiting.status, await waiting.json()]).toMatchObject([
      503,
      { status: 'waiting', reasons: [reason] },
    ]);

    file.write('here');
    expect(await ask(agent)).toMatchObject({ status: 200 });
    expect((await fetch(`${agent.url}/ready`)).status).toBe(200);
  });
});

describe('the key of a sub-agent', () => {
  test('is shown to it, from its file', async () => {
    const workerModel = await startScriptedModel(inTurn(says('dug')));
    const worker = await startAgent({
      name: 'worker',
      modelUrl: workerModel.url,
      model: 'gpt-4o',
      apiKeys: ['not-a-key'],
    });
    const subAgents = [{ name: 'worker', url: worker.url, apiKeyFile: secretFile('not-a-key\n').path }];
    const { agent, model } = await agentWith({ subAgents });
    await ask(agent);
    expect(toolResults(model.requests[1])).toEqual(['dug']);
    open.push(worker, workerModel);
  });

  test.each([
    ['wrong', { apiKey: 'other' }, 'agent "worker" failed with status 401 (invalid_api_key)'],
    ['missing', { apiKeyFile: '/nowhere' }, 'the key of agent "worker" cannot be read'],
  ])('a delegation fails when it is %s, and the model is told', async (_why, key, message) => {
    const worker = await startAgent({
      name: 'worker',
      modelUrl: 'http://127.0.0.1:1',
      model: 'gpt-4o',
      apiKeys: ['not-a-key'],
    });
    const { agent, model } = await agentWith({ subAgents: [{ name: 'worker', url: worker.url, ...key }] });
    open.push(worker);
    expect((await ask(agent)).status).toBe(200);
    expect(toolResults(model.requests[1])).toEqual([`Error: ${message}`]);
  });
});

async function agentWith(settings: Partial<Parameters<typeof startAgent>[0]>) {
  const replies = settings.subAgents
    ? [asksFor(['delegate_to_worker', { task: 'dig' }]), says('done')]
    : [says('hi')];
  return openLead(inTurn(...replies), settings);
}

function ask(agent: Listening) {
  return postJson(`${agent.url}/v1/chat/completions`, QUESTION);
}
