import { ModelClient } from '../../../../runtime/agent/model/model-client';
import { HttpClient } from '../../../../runtime/process/http-client';
import { Secret } from '../../../../runtime/process/secret';
import {
  asksFor,
  inTurn,
  says,
  type ScriptedModel,
  type ScriptedReply,
  startScriptedModel,
} from '../../../support/scripted-model';

const http = new HttpClient();
let model: ScriptedModel;

afterEach(() => model.close());
afterAll(() => http.close());

const QUESTION = { messages: [{ role: 'user', content: 'hi' }], functions: [] } as const;
const NEVER = new AbortController().signal;

test('sends the model’s name, the conversation and the key, and no empty list of tools', async () => {
  const client = await clientOf(says('hello'), { apiKey: 'not-a-real-key' });
  await client.complete(QUESTION, NEVER);
  const { headers, port: _, ...body } = model.requests[0] ?? { headers: {} };
  expect(body).toEqual({ model: 'gpt-4o', messages: QUESTION.messages });
  expect(headers).toMatchObject({
    authorization: 'Bearer not-a-real-key',
    'content-type': 'application/json',
  });
});

test('sends no authorization without a key', async () => {
  const client = await clientOf(says('hello'), {});
  await client.complete(QUESTION, NEVER);
  expect(model.requests[0]?.headers.authorization).toBeUndefined();
});

test('takes a base URL with /v1 for one without', async () => {
  const client = await clientOf(says('hello'), { path: '/v1' });
  await expect(client.complete(QUESTION, NEVER)).resolves.toMatchObject({ message: { content: 'hello' } });
});

test('offers functions as OpenAI’s tools', async () => {
  const client = await clientOf(says('hello'), {});
  const spec = { name: 'add', description: 'Adds', parameters: { type: 'object' } };
  await client.complete({ ...QUESTION, functions: [spec] }, NEVER);
  expect(model.requests[0]?.tools).toEqual([{ type: 'function', function: spec }]);
});

test('reads an answer, and what it cost', async () => {
  const client = await clientOf(says('hello'), {});
  await expect(client.complete(QUESTION, NEVER)).resolves.toEqual({
    id: 'chatcmpl-1',
    model: 'gpt-4o-2026',
    finishReason: 'stop',
    message: { role: 'assistant', content: 'hello' },
    usage: { inputTokens: 11, outputTokens: 7 },
  });
});

test('reads tool calls, with arguments as the model wrote them', async () => {
  const client = await clientOf(asksFor(['add', '{"a":']), {});
  await expect(client.complete(QUESTION, NEVER)).resolves.toMatchObject({
    finishReason: 'tool_calls',
    message: {
      content: null,
      tool_calls: [{ id: 'call_0', type: 'function', function: { name: 'add', arguments: '{"a":' } }],
    },
  });
});

test.each([undefined, null, ''])('a tool call whose id is %j is given one', async (id) => {
  const calls = [1, 2].map(() => ({ id, type: 'function', function: { name: 'add', arguments: '{}' } }));
  const message = { role: 'assistant', content: null, tool_calls: calls };
  const client = await clientOf({ body: { choices: [{ message }] } }, {});
  const reply = await client.complete(QUESTION, NEVER);
  const ids = reply.message.tool_calls?.map((call) => call.id) ?? [];
  expect(ids).toEqual([expect.stringMatching(/^call_\w{32}$/), expect.stringMatching(/^call_\w{32}$/)]);
  expect(ids[0]).not.toBe(ids[1]);
});

test('takes text in parts, and arguments that are unpacked', async () => {
  const content = [
    { type: 'thinking', thinking: [] },
    { type: 'text', text: 'Well, ' },
    { type: 'text', text: 'so' },
  ];
  const calls = [{ id: 'a', function: { name: 'add', arguments: { a: 1 } } }];
  const client = await clientOf({ body: { choices: [{ message: { content, tool_calls: calls } }] } }, {});
  await expect(client.complete(QUESTION, NEVER)).resolves.toMatchObject({
    message: { content: 'Well, so', tool_calls: [{ function: { name: 'add', arguments: '{"a":1}' } }] },
  });
});

test.each([undefined, null, {}, { total_tokens: 3 }])('does without usage when it is %j', async (usage) => {
  const client = await clientOf(says('hello', { usage }), {});
  await expect(client.complete(QUESTION, NEVER)).resolves.toMatchObject({ usage: undefined });
});

test('fails when it is given up, hanging up on the model', async () => {
  const controller = new AbortController();
  const client = await clientOf(() => {
    controller.abort();
    return new Promise(() => undefined);
  });
  await expect(client.complete(QUESTION, controller.signal)).rejects.toMatchObject({
    code: 'cancelled',
    message: 'the client closed the request',
  });
  await model.hungUp;
});

async function clientOf(
  reply: ScriptedReply | (() => Promise<ScriptedReply>),
  { apiKey, path = '' }: { apiKey?: string; path?: string } = {},
): Promise<ModelClient> {
  model = await startScriptedModel(typeof reply === 'function' ? reply : inTurn(reply));
  const secret = new Secret('MODEL_API_KEY', apiKey, undefined);
  const options = { baseUrl: model.url + path, model: 'gpt-4o', apiKey: secret, timeoutMs: 5_000 };
  return new ModelClient(options, http);
}
