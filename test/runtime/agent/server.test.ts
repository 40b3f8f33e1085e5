import { type Listening, postJson } from '../../support/http';
import { startAgent } from '../../support/in-process';
import { inTurn, says, type ScriptedModel, startScriptedModel } from '../../support/scripted-model';
import { startTestTelemetry } from '../../support/telemetry';

const telemetry = startTestTelemetry();
let model: ScriptedModel, agent: Listening;

beforeAll(async () => {
  model = await startScriptedModel(inTurn(says('four')));
  agent = await startAgent({
    name: 'lead',
    description: 'Leads',
    modelUrl: model.url,
    model: 'gpt-4o',
    instructions: 'Be brief.',
  });
});
afterAll(async () => {
  await Promise.all([agent.close(), model.close()]);
  await telemetry.close();
});

const MESSAGES = [{ role: 'user', content: '2 + 2?' }];

test('answers a chat request in the shape of OpenAI', async () => {
  const { status, headers, body } = await postJson(`${agent.url}/v1/chat/completions`, {
    messages: MESSAGES,
    model: 'any',
  });
  expect(status).toBe(200);
  expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
  expect(body).toEqual({
    id: expect.stringMatching(/^chatcmpl-[0-9a-f]{32}$/),
    object: 'chat.completion',
    created: expect.any(Number),
    model: 'any',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: 'four', refusal: null },
        logprobs: null,
        finish_reason: 'stop',
      },
    ],
    usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 },
  });
});

test('the model hears the instructions first, then the conversation', () => {
  expect(model.requests[0]).toMatchObject({
    model: 'gpt-4o',
    messages: [{ role: 'system', content: 'Be brief.' }, ...MESSAGES],
  });
  expect(model.requests[0]?.tools).toBeUndefined();
});

test('without a model in the request, the reply names the agent', async () => {
  const { body } = await postJson(`${agent.url}/v1/chat/completions`, { messages: MESSAGES });
  expect(body.model).toBe('lead');
});

test('its card for clients of KAOS is at /.well-known/agent', async () => {
  const reply = await fetch(`${agent.url}/.well-known/agent`);
  expect(await reply.json()).toEqual({
    name: 'lead',
    description: 'Leads',
    url: agent.url,
    skills: [],
    capabilities: ['message_processing', 'task_execution'],
  });
});

test('its card has the address that a caller used through a proxy', async () => {
  const headers = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'lead.example.com' };
  const reply = await fetch(`${agent.url}/.well-known/agent.json`, { headers });
  expect(await reply.json()).toMatchObject({ url: 'https://lead.example.com/a2a' });
});

test.each([
  ['/team/agent/lead', '/team/agent/lead'],
  ['//elsewhere.example.com', ''],
  ['/team/', ''],
  ['/team?', ''],
])('behind the prefix %s its card has the path %p', async (prefix, path) => {
  const headers = { 'x-forwarded-prefix': prefix };
  const reply = await fetch(`${agent.url}/.well-known/agent.json`, { headers });
  expect(await reply.json()).toMatchObject({ url: `${agent.url}${path}/a2a` });
});

test('lives, and is ready once it waits for nobody', async () => {
  const [health, ready] = await Promise.all(['/health', '/ready'].map((path) => fetch(agent.url + path)));
  expect(await health?.json()).toEqual({ status: 'healthy', name: 'lead', timestamp: expect.any(Number) });
  expect(await ready?.json()).toMatchObject({ status: 'ready', name: 'lead', dependencies: {} });
});

test('requests that are refused, and probes, leave no spans', async () => {
  await telemetry.reset();
  await postJson(`${agent.url}/v1/chat/completions`, { messages: [] });
  await fetch(`${agent.url}/ready`);
  expect(telemetry.spans).toEqual([]);
});
