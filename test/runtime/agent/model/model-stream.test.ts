import { type OnText } from '../../../../runtime/agent/model/model';
import { ModelClient } from '../../../../runtime/agent/model/model-client';
import { HttpClient } from '../../../../runtime/process/http-client';
import { Secret } from '../../../../runtime/process/secret';
import { signalled } from '../../../support/http';
import {
  asksFor,
  BREAK_OFF,
  inTurn,
  says,
  type Script,
  type ScriptedEvent,
  type ScriptedModel,
  startScriptedModel,
} from '../../../support/scripted-model';
import { chunk, DONE } from '../../../support/streamed-completion';

const http = new HttpClient();
let model: ScriptedModel;

afterEach(() => model.close());
afterAll(() => http.close());

const QUESTION = { messages: [{ role: 'user', content: 'hi' }], functions: [] } as const;

test('asks for a stream, and for what it took', async () => {
  await ask(inTurn(says('hello')));
  expect(model.requests[0]).toEqual({
    headers: expect.anything(),
    port: expect.any(Number),
    model: 'gpt-4o',
    messages: QUESTION.messages,
    stream: true,
    stream_options: { include_usage: true },
  });
});

test('gives what the model says piece by piece, and the whole reply at the end', async () => {
  const { pieces, reply } = await ask(inTurn(says('hello to\n you')));
  expect(pieces).toEqual(['hello', ' to', '\n you']);
  expect(reply).toEqual({
    id: 'chatcmpl-1',
    model: 'gpt-4o-2026',
    finishReason: 'stop',
    message: { role: 'assistant', content: 'hello to\n you' },
    usage: { inputTokens: 11, outputTokens: 7 },
    firstChunkMs: expect.any(Number),
  });
});

test('puts tool calls together from their parts', async () => {
  const { pieces, reply } = await ask(inTurn(asksFor(['add', '{"a": 1, "b": 2}'], ['look', ''])));
  expect(pieces).toEqual([]);
  expect(reply.finishReason).toBe('tool_calls');
  expect(reply.message).toEqual({
    role: 'assistant',
    content: null,
    tool_calls: [
      { id: 'call_0', type: 'function', function: { name: 'add', arguments: '{"a": 1, "b": 2}' } },
      { id: 'call_1', type: 'function', function: { name: 'look', arguments: '' } },
    ],
  });
});

describe('calls of gateways that number them otherwise', () => {
  const part = (call: object) => chunk({ tool_calls: [call] });
  const add = { name: 'add', arguments: '{' };
  const look = { name: 'look', arguments: '{}' };
  const rest = { function: { arguments: '}' } };

  test.each<[how: string, parts: object[]]>([
    [
      'all alike',
      [
        { index: 0, id: 'a', function: add },
        { index: 0, ...rest },
        { index: 0, id: 'b', function: look },
      ],
    ],
    ['not at all', [{ id: 'a', function: add }, rest, { id: 'b', function: look }]],
    [
      'and repeat the id',
      [
        { index: 0, id: 'a', function: add },
        { index: 0, id: 'a', ...rest },
        { index: 1, id: 'b', function: look },
      ],
    ],
    [
      'side by side',
      [
        { index: 0, id: 'a', function: add },
        { index: 1, id: 'b', function: look },
        { index: 0, ...rest },
      ],
    ],
  ])('%s', async (_how, parts) => {
    const { reply } = await ask(events(...parts.map(part), chunk({}, 'tool_calls'), DONE));
    expect(reply.message.tool_calls).toEqual([
      { id: 'a', type: 'function', function: { name: 'add', arguments: '{}' } },
      { id: 'b', type: 'function', function: look },
    ]);
  });

  test('with arguments that are unpacked', async () => {
    const call = { index: 0, id: 'b', function: { name: 'look', arguments: { at: 'it' } } };
    const { reply } = await ask(events(part(call), chunk({}, 'tool_calls'), DONE));
    expect(reply.message.tool_calls).toMatchObject([{ function: { arguments: '{"at":"it"}' } }]);
  });

  test('without an id, a call is given one', async () => {
    const { reply } = await ask(events(part({ index: 0, function: look }), chunk({}, 'stop'), DONE));
    expect(reply.message.tool_calls).toMatchObject([{ id: expect.stringMatching(/^call_[0-9a-f]{32}$/) }]);
  });
});

test('characters may be cut in two on their way', async () => {
  const bytes = Buffer.from(`data: ${JSON.stringify(chunk({ content: 'né 🙂' }, 'stop'))}\n\n${DONE}`);
  model = await startScriptedModel(() => ({ events: [...bytes].map((byte) => Buffer.of(byte)) }));
  const { pieces } = await askModel();
  expect(pieces).toEqual(['né 🙂']);
});

test.each<[what: string, sent: ScriptedEvent[]]>([
  ['comments', [': ping\n\n', chunk({ content: 'a' }), ': ping\n\n', chunk({}, 'stop'), DONE]],
  ['chunks without choices', [{ id: 'x', choices: [] }, chunk({ content: 'a' }, 'stop'), DONE]],
  ['line ends of Windows', [`data: ${JSON.stringify(chunk({ content: 'a' }, 'stop'))}\r\n\r\n`, DONE]],
  ['an end without a word', [chunk({ content: 'a' }, 'stop')]],
  ['an end without a reason', [chunk({ content: 'a' }), DONE]],
  [
    'usage that is no usage',
    [chunk({ content: 'a' }, 'stop'), { choices: [], usage: { total: 'many' } }, DONE],
  ],
  ['text in parts', [chunk({ content: [{ type: 'text', text: 'a' }] }, 'stop'), DONE]],
  ['more after the end', [chunk({ content: 'a' }, 'stop'), DONE, chunk({ content: 'b' })]],
])('takes %s', async (_what, sent) => {
  const { reply } = await ask(events(...sent));
  expect(reply).toMatchObject({ finishReason: 'stop', message: { content: 'a' }, usage: undefined });
});

test('takes a whole reply of a gateway that cannot stream', async () => {
  model = await startScriptedModel(() => ({ ...says('hello'), whole: true }));
  const { pieces, reply } = await askModel();
  expect(pieces).toEqual(['hello']);
  expect(reply).toMatchObject({ message: { content: 'hello' }, usage: { inputTokens: 11 } });
});

test('goes on over the connections that are there', async () => {
  await ask(inTurn(says('hello')));
  for (let call = 2; call <= 6; call++) await askModel();
  // Of two, because one that has just been used is not offered at once.
  expect(new Set(model.requests.map(({ port }) => port)).size).toBeLessThanOrEqual(2);
});

const GARBAGE = 'the model gateway answered with something else than a chat completion';
const BROKEN = 'the model gateway broke off in the middle of its reply';
const FAILED = 'the model gateway failed in the middle of its reply';

test.each<[why: string, sent: ScriptedEvent[], message: string]>([
  ['the reply ends in the middle', [chunk({ content: 'a' })], BROKEN],
  ['the connection ends in the middle', [chunk({ content: 'a' }), BREAK_OFF], BROKEN],
  [
    'the connection ends within a chunk',
    [chunk({ content: 'a' }), 'data: {"choices":[{"del', BREAK_OFF],
    BROKEN,
  ],
  ['the stream holds nothing', [], BROKEN],
  ['a chunk is no JSON', [chunk({ content: 'a' }), 'data: <html>10.0.0.7</html>\n\n', DONE], GARBAGE],
  ['a chunk is no chunk', [chunk({ content: 'a' }), { ok: true }, DONE], GARBAGE],
  ['a chunk is null', ['data: null\n\n'], GARBAGE],
  ['a call is no call', [chunk({ tool_calls: [{ index: 0, function: 'add' }] }), DONE], GARBAGE],
  ['the gateway says so', [chunk({ content: 'a' }), { error: { message: '10.0.0.7 is down' } }], FAILED],
  ['the gateway says so in a word', [{ error: 'down' }], FAILED],
])('fails when %s', async (_why, sent, message) => {
  await expect(ask(events(...sent))).rejects.toMatchObject({ code: 'model_failed', status: 502, message });
});

test('fails when the model falls silent', async () => {
  model = await startScriptedModel(() => ({
    events: (async function* () {
      yield chunk({ content: 'a' });
      await new Promise(() => undefined);
    })(),
  }));
  await expect(askModel({ timeoutMs: 1_000 })).rejects.toMatchObject({ message: BROKEN });
  await model.hungUp;
});

test('fails when nobody takes what the model says, hanging up on the model', async () => {
  const refusal = new Error('gone');
  model = await startScriptedModel(() => ({
    events: (async function* () {
      yield chunk({ content: 'a' });
      await new Promise(() => undefined);
    })(),
  }));
  await expect(askModel({ onText: () => Promise.reject(refusal) })).rejects.toBe(refusal);
  await model.hungUp;
});

test('fails when it is given up, hanging up on the model', async () => {
  const controller = new AbortController();
  model = await startScriptedModel(() => ({
    events: (async function* () {
      yield chunk({ content: 'a' });
      await new Promise(() => undefined);
    })(),
  }));
  const onText = () => Promise.resolve(controller.abort());
  await expect(askModel({ onText, signal: controller.signal })).rejects.toMatchObject({ code: 'cancelled' });
  await model.hungUp;
});

test('reads no more while what was said is still being taken', async () => {
  const [given, taken] = [signalled(), signalled()];
  const pieces: string[] = [];
  const onText = async (piece: string) => {
    pieces.push(piece);
    given.happen();
    await taken.happened;
  };
  model = await startScriptedModel(events(...['a', 'b', 'c'].map((content) => chunk({ content })), DONE));
  const reply = askModel({ onText });
  await Promise.all([model.answered, given.happened]);
  expect(pieces).toEqual(['a']);
  taken.happen();
  await reply;
  expect(pieces).toEqual(['a', 'b', 'c']);
});

function events(...sent: readonly ScriptedEvent[]): Script {
  return () => ({ events: sent });
}

async function ask(script: Script) {
  model = await startScriptedModel(script);
  return askModel();
}

async function askModel(options: { timeoutMs?: number; signal?: AbortSignal; onText?: OnText } = {}) {
  const { timeoutMs = 5_000, signal = new AbortController().signal } = options;
  const apiKey = new Secret('MODEL_API_KEY', undefined, undefined);
  const client = new ModelClient({ baseUrl: model.url, model: 'gpt-4o', apiKey, timeoutMs }, http);
  const pieces: string[] = [];
  const onText = options.onText ?? ((piece) => Promise.resolve(void pieces.push(piece)));
  const reply = await client.complete(QUESTION, signal, onText);
  return { pieces, reply };
}
