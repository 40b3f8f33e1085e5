import { APIError, BadRequestError } from 'openai';
import { zodResponseFormat } from 'openai/helpers/zod';
import { type ChatCompletionMessageParam } from 'openai/resources/chat/completions';
import { z } from 'zod';
import { asksFor, BREAK_OFF, inTurn, says } from '../../../support/scripted-model';
import { chunk, DONE } from '../../../support/streamed-completion';
import { startTestTelemetry } from '../../../support/telemetry';
import { failureOf, startClient } from './openai-client';
import { closeAll } from '../../../support/open-lead';

const telemetry = startTestTelemetry();

afterEach(closeAll);
afterAll(() => telemetry.close());

const ASKED = { model: 'lead', messages: [{ role: 'user' as const, content: 'go' }] };

test('gets a completion', async () => {
  const { client } = await startClient(inTurn(says('four')));
  const completion = await client.chat.completions.create(ASKED);
  expect(completion).toMatchObject({
    object: 'chat.completion',
    model: 'lead',
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'four' } }],
    usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 },
  });
});

test('streams a completion', async () => {
  const { client } = await startClient(inTurn(asksFor(['gone', {}]), says('four it is')));
  const stream = await client.chat.completions.create({
    ...ASKED,
    stream: true,
    stream_options: { include_usage: true },
  });
  let content = '';
  const ends: unknown[] = [];
  for await (const { choices, usage } of stream) {
    content += choices[0]?.delta.content ?? '';
    ends.push(...choices.flatMap(({ finish_reason }) => finish_reason ?? []), ...(usage ? [usage] : []));
  }
  expect(content).toBe('four it is');
  expect(ends).toEqual(['stop', { prompt_tokens: 22, completion_tokens: 14, total_tokens: 36 }]);
});

test('puts a streamed completion together, whatever the agent tells beside it', async () => {
  const { client } = await startClient(inTurn(asksFor(['gone', {}]), says('four it is')));
  const deltas: string[] = [];
  const stream = client.chat.completions.stream(ASKED).on('content', (delta) => deltas.push(delta));
  const completion = await stream.finalChatCompletion();
  expect(deltas).toEqual(['four', ' it', ' is']);
  expect(completion.choices).toMatchObject([
    { finish_reason: 'stop', message: { role: 'assistant', content: 'four it is' } },
  ]);
});

test('says how the model is to answer', async () => {
  const { client, model } = await startClient(inTurn(asksFor(['gone', {}]), says('four')));
  const parameters = {
    temperature: 0.1,
    top_p: 0.9,
    max_tokens: 5,
    max_completion_tokens: 6,
    seed: 7,
    stop: ['END'],
    frequency_penalty: 0.5,
    presence_penalty: -0.5,
    logit_bias: { '50256': -100 },
    user: 'anna',
    metadata: { ticket: '42' },
    response_format: { type: 'text' as const },
    parallel_tool_calls: false,
    reasoning_effort: 'low' as const,
  };
  await client.chat.completions.create({ ...ASKED, ...parameters, store: true, n: 1 });
  // Of each model call, and with the model that the agent has.
  expect(model.requests).toMatchObject([parameters, parameters]);
  expect(model.requests.map(({ model }) => model)).toEqual(['gpt-4o', 'gpt-4o']);
  expect(model.requests[0]).not.toHaveProperty('store');
});

test('says it in each role, and in content of several parts', async () => {
  const { client, model } = await startClient(inTurn(says('four')));
  const call = { id: 'call_a', type: 'function' as const, function: { name: 'add', arguments: '{}' } };
  const messages: ChatCompletionMessageParam[] = [
    { role: 'developer', content: 'Be brief.' },
    { role: 'user', content: [{ type: 'text', text: 'What is this?' }, image()] },
    { role: 'assistant', content: null, tool_calls: [call] },
    { role: 'tool', tool_call_id: 'call_a', content: [{ type: 'text', text: '4' }] },
  ];
  await client.chat.completions.create({ model: 'lead', messages });
  const [developer, ...others] = messages;
  expect(model.requests[0]?.messages).toEqual([
    { role: 'system', content: expect.anything() },
    developer,
    ...others,
  ]);
});

test('gets what it asked for in a schema', async () => {
  const { client, model } = await startClient(inTurn(says('{"sum": 4}')));
  const response_format = zodResponseFormat(z.object({ sum: z.number() }), 'sum');
  const completion = await client.chat.completions.parse({ ...ASKED, response_format });
  expect(completion.choices[0]?.message.parsed).toEqual({ sum: 4 });
  expect(model.requests[0]).toMatchObject({
    response_format: { type: 'json_schema', json_schema: { name: 'sum' } },
  });

  const streamed = await client.chat.completions.stream({ ...ASKED, response_format }).finalChatCompletion();
  expect(streamed.choices[0]?.message.parsed).toEqual({ sum: 4 });
});

test('is told that the model refuses', async () => {
  const refusing = (delta: object) => ({ choices: [{ index: 0, delta, finish_reason: null }] });
  const { client } = await startClient(({ stream }) =>
    stream
      ? { events: [refusing({ refusal: 'I will' }), refusing({ refusal: ' not' }), DONE] }
      : { body: { choices: [{ message: { role: 'assistant', content: null, refusal: 'I will not' } }] } },
  );
  const { choices } = await client.chat.completions.create(ASKED);
  expect(choices[0]?.message).toMatchObject({ content: null, refusal: 'I will not' });
  const streamed = await client.chat.completions.stream(ASKED).finalChatCompletion();
  expect(streamed.choices[0]?.message.refusal).toBe('I will not');
});

describe('is told what went wrong', () => {
  test('with its request', async () => {
    const { client } = await startClient(inTurn(says('x')));
    const error = await failureOf(client.chat.completions.create({ ...ASKED, temperature: 9 }));
    expect(error).toBeInstanceOf(BadRequestError);
    expect(error).toMatchObject({ status: 400, param: 'temperature', code: 'invalid_request' });
  });

  test('before a stream begins', async () => {
    const { client } = await startClient(inTurn({ status: 500, body: 'x' }));
    const error = await failureOf(client.chat.completions.create({ ...ASKED, stream: true }));
    expect(error).toMatchObject({ status: 502, code: 'model_failed', type: 'api_error' });
  });

  test('in the middle of a stream', async () => {
    const { client } = await startClient(() => ({ events: [chunk({ content: 'well' }), BREAK_OFF] }));
    const error = await failureOf(client.chat.completions.stream(ASKED).finalContent());
    expect(error).toBeInstanceOf(APIError);
    expect((error as APIError).error).toMatchObject({
      message: 'the model gateway broke off in the middle of its reply',
      code: 'model_failed',
    });
  });
});

test('may leave in the middle of a stream', async () => {
  const { client, model } = await startClient(() => ({
    events: (async function* () {
      yield chunk({ content: 'well' });
      await new Promise(() => undefined);
    })(),
  }));
  for await (const { choices } of await client.chat.completions.create({ ...ASKED, stream: true }))
    if (choices[0]?.delta.content === 'well') break;
  await model.hungUp;
});

test('finds the agent among the models', async () => {
  const { client } = await startClient(inTurn(says('x')));
  const model = { id: 'lead', object: 'model', created: expect.any(Number), owned_by: 'kaos' };
  expect((await client.models.list()).data).toEqual([model]);
  expect(await client.models.retrieve('lead')).toEqual(model);
  expect(await failureOf(client.models.retrieve('gpt-4o'))).toMatchObject({ status: 404, code: 'not_found' });
});

test('goes on with a session, and is told which', async () => {
  const { client, model } = await startClient(inTurn(says('four')));
  const { response } = await client.chat.completions.create(ASKED).withResponse();
  const session = response.headers.get('x-session-id') ?? '';
  await client.chat.completions.create(ASKED, { headers: { 'x-session-id': session } });
  expect(model.requests[1]?.messages.map(({ content }) => content).slice(1)).toEqual(['go', 'four', 'go']);
});

test('is told what its request is called, as it called it itself or otherwise', async () => {
  const { client } = await startClient(inTurn(says('four'), says('four'), { status: 500, body: 'x' }));
  const headers = { 'x-request-id': 'ticket-42/a' };
  const first = await client.chat.completions.create(ASKED);
  expect(first._request_id).toMatch(/^req-[0-9a-f]{16}-\w+$/);
  const streamed = await client.chat.completions
    .create({ ...ASKED, stream: true }, { headers })
    .withResponse();
  expect(streamed.request_id).toBe('ticket-42/a');
  streamed.data.controller.abort();
  expect(await failureOf(client.chat.completions.create(ASKED, { headers }))).toMatchObject({
    status: 502,
    requestID: 'ticket-42/a',
  });
  const unread = await failureOf(client.chat.completions.create({ ...ASKED, temperature: 9 }));
  expect((unread as APIError).requestID).toMatch(/^req-/);
  expect((unread as APIError).requestID).not.toBe(first._request_id);
});

function image() {
  return { type: 'image_url' as const, image_url: { url: 'data:image/png;base64,AA==' } };
}
