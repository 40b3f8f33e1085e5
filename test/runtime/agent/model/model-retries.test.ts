import { retryAfterMs } from '../../../../runtime/agent/model/repeatable';
import { type AgentSettings } from '../../../../runtime/contract';
import { readStream } from '../../../support/chat-stream';
import { type Listening, nobodyAt, postJson, until } from '../../../support/http';
import { startAgent } from '../../../support/in-process';
import {
  BREAK_OFF,
  inTurn,
  says,
  type Script,
  type ScriptedModel,
  type ScriptedReply,
  startScriptedModel,
} from '../../../support/scripted-model';
import { only, spanTree } from '../../../support/span-tree';
import { chunk } from '../../../support/streamed-completion';
import { pointsOf, startTestTelemetry } from '../../../support/telemetry';

const telemetry = startTestTelemetry();
const open: Listening[] = [];

beforeEach(() => telemetry.reset());
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});
afterAll(() => telemetry.close());

const AT_ONCE = { 'retry-after': '0' };

test.each([408, 409, 429, 500, 502, 503, 529])('a model that answers %d is asked again', async (status) => {
  const { model, reply } = await ask(inTurn({ status, headers: AT_ONCE }, says('four')));
  expect(reply).toMatchObject({ status: 200, body: { choices: [{ message: { content: 'four' } }] } });
  expect(model.requests).toHaveLength(2);
});

test.each<[what: string, refused: ScriptedReply, status: number]>([
  ['400', { status: 400, headers: AT_ONCE }, 400],
  ['401', { status: 401, headers: AT_ONCE }, 502],
  ['404', { status: 404, headers: AT_ONCE }, 502],
  ['422', { status: 422, headers: AT_ONCE }, 400],
  ['something else than a completion', { body: '<html>' }, 502],
])('a model that answers %s is not asked again', async (_what, refused, status) => {
  const { model, reply } = await ask(inTurn(refused, says('four')));
  expect(reply.status).toBe(status);
  expect(model.requests).toHaveLength(1);
});

test('a model that breaks off is asked again, whatever the wait', async () => {
  const { model, reply } = await ask(inTurn({ events: [BREAK_OFF] }, says('four')));
  expect(reply.status).toBe(200);
  expect(model.requests).toHaveLength(2);
});

test('it is asked as often as allowed, and then its last failure counts', async () => {
  const busy = { status: 503, headers: AT_ONCE };
  const { model, reply } = await ask(inTurn(busy, busy, busy, { status: 500, headers: AT_ONCE }), {
    modelMaxRetries: 3,
  });
  expect(reply).toMatchObject({
    status: 502,
    body: { error: { message: 'the model gateway answered 500' } },
  });
  expect(model.requests).toHaveLength(4);
});

test('a connection that nobody takes is worth another try, and that another', async () => {
  const { reply } = await ask(inTurn(), { modelUrl: (await nobodyAt()).url, modelMaxRetries: 2 });
  expect(reply).toMatchObject({
    status: 502,
    body: { error: { message: 'the model gateway cannot be reached' } },
  });
  expect(only(telemetry.spans, 'model.inference').events.map(({ name }) => name)).toEqual([
    'kaos.model.retry',
    'kaos.model.retry',
    'exception',
  ]);
});

test('a model that had all its time is not asked again', async () => {
  const { model, reply } = await ask(() => new Promise(() => undefined), { modelTimeoutMs: 1 });
  expect(reply.status).toBe(502);
  expect(model.requests).toHaveLength(1);
});

test('to traces and metrics, all attempts are one call', async () => {
  await ask(inTurn({ status: 429, headers: AT_ONCE }, says('four')));
  expect(spanTree(telemetry.spans)).toEqual([
    'agent.agentic_loop INTERNAL OK',
    '  agent.step.1 INTERNAL OK',
    '    model.inference CLIENT OK',
  ]);
  expect(only(telemetry.spans, 'model.inference').events).toMatchObject([
    {
      name: 'kaos.model.retry',
      attributes: { 'error.type': '429', 'http.request.resend_count': 1, 'kaos.retry.delay_ms': 0 },
    },
  ]);
  expect(pointsOf(await telemetry.metric('kaos.model.calls'))).toEqual([
    { labels: { 'agent.name': 'lead', model: 'gpt-4o', success: 'true' }, value: 1 },
  ]);
});

test('without a word of the gateway’s, waits grow, and no two are alike', async () => {
  await ask(inTurn({ status: 500 }, { status: 500 }, says('four')));
  const waits = only(telemetry.spans, 'model.inference').events.map(({ attributes }) =>
    Number(attributes?.['kaos.retry.delay_ms']),
  );
  const [first = 0, second = 0] = waits;
  expect([first >= 125, first <= 250, second >= 250, second <= 500]).toEqual([true, true, true, true]);
});

test.each([
  ['3600', 30_000],
  [new Date(Date.now() + 3_600_000).toUTCString(), 30_000],
])(
  'a gateway that wants to be left alone until %j is asked sooner, and a hang-up ends the wait',
  async (after, wait) => {
    const model = await scripted(inTurn({ status: 429, headers: { 'retry-after': after } }));
    const agent = await agentOf(model.url);
    const client = new AbortController();
    const reply = postJson(`${agent.url}/v1/chat/completions`, QUESTION, {}, client.signal);
    const warning = () =>
      telemetry.logs.find(({ body }) => String(body).startsWith('the model is asked again'));
    await until(() => warning() !== undefined);
    client.abort();
    await expect(reply).rejects.toThrow('aborted');
    expect(warning()?.body).toBe(`the model is asked again in ${wait} ms`);
    expect((await telemetry.span('model.inference')).attributes['kaos.cancelled']).toBe(true);
    expect(model.requests).toHaveLength(1);
  },
);

test('a wait that outlasts the request is not begun', async () => {
  const busy = { status: 429, headers: { 'retry-after': '10' } };
  const { model, reply } = await ask(inTurn(busy), { requestTimeoutMs: 9_000 });
  expect(reply).toMatchObject({
    status: 502,
    body: { error: { message: 'the model gateway answered 429' } },
  });
  expect(model.requests).toHaveLength(1);
});

describe('a stream', () => {
  test('is begun again as long as nothing of it was passed on', async () => {
    const model = await scripted(
      inTurn({ events: [chunk({ role: 'assistant', content: '' }), BREAK_OFF] }, says('four')),
    );
    const { content, done } = await readStream((await agentOf(model.url)).url, QUESTION);
    expect([content, done]).toEqual(['four', true]);
  });

  test('is not begun again once a word of it was passed on', async () => {
    const model = await scripted(inTurn({ events: [chunk({ content: 'fo' }), BREAK_OFF] }, says('four')));
    const { content, done } = await readStream((await agentOf(model.url)).url, QUESTION);
    expect([content, done]).toEqual(['fo', false]);
    expect(model.requests).toHaveLength(1);
  });

  test.each([
    [{ message: 'busy', code: 429 }, 2],
    [{ message: 'busy' }, 2],
    [{ message: 'too long', code: '400' }, 1],
  ])('that begins with the error %j is asked for so often', async (error, times) => {
    const model = await scripted(inTurn({ events: [{ error }] }, says('four')));
    const agent = await agentOf(model.url);
    await fetch(`${agent.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...QUESTION, stream: true }),
    }).then((reply) => reply.text());
    expect(model.requests).toHaveLength(times);
  });
});

test.each([
  ['120', 120_000],
  ['1.5', 1_500],
  ['Wed, 25 Nov 2026 18:00:10 GMT', 10_000],
  ['Wed, 25 Nov 2026 17:00:00 GMT', 0],
  ['-1', undefined],
  ['2026', 2_026_000],
  ['soon', undefined],
  ['Soon 12', undefined],
  ['', undefined],
  [undefined, undefined],
])('Retry-After %j is %j ms', (header, milliseconds) => {
  expect(retryAfterMs(header, Date.parse('2026-11-25T18:00:00Z'))).toBe(milliseconds);
});

const QUESTION = { messages: [{ role: 'user', content: '2 + 2?' }] };

async function scripted(script: Script): Promise<ScriptedModel> {
  const model = await startScriptedModel(script);
  open.push(model);
  return model;
}

async function agentOf(modelUrl: string, settings: Partial<AgentSettings> = {}): Promise<Listening> {
  const agent = await startAgent({
    name: 'lead',
    modelUrl,
    model: 'gpt-4o',
    modelMaxRetries: 2,
    ...settings,
  });
  open.unshift(agent);
  return agent;
}

async function ask(script: Script, settings: Partial<AgentSettings> = {}) {
  const model = await scripted(script);
  const agent = await agentOf(model.url, settings);
  return { model, reply: await postJson(`${agent.url}/v1/chat/completions`, QUESTION) };
}
