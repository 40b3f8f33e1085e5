import { chunksIn, openStream, readStream } from '../../../support/chat-stream';
import { nobodyAt, postJson } from '../../../support/http';
import { asksFor, BREAK_OFF, inTurn, says, type ScriptedEvent } from '../../../support/scripted-model';
import { only, spanTree } from '../../../support/span-tree';
import { chunk, DONE } from '../../../support/streamed-completion';
import { pointsOf, startTestTelemetry } from '../../../support/telemetry';
import { closeAll, openLead, QUESTION } from '../../../support/open-lead';

const telemetry = startTestTelemetry();

beforeEach(() => telemetry.reset());
afterEach(closeAll);
afterAll(() => telemetry.close());

const STREAM = { ...QUESTION, stream: true };
const FAILED = { type: 'api_error', param: null, code: 'model_failed' };

describe('before anything is said, a failure has its status', () => {
  test('the model fails', async () => {
    const { agent } = await openLead(inTurn({ status: 500, body: 'http://10.0.0.7' }));
    const { status, headers, body } = await postJson(`${agent.url}/v1/chat/completions`, STREAM);
    expect({ status, body }).toEqual({
      status: 502,
      body: { error: { message: 'the model gateway answered 500', ...FAILED } },
    });
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(headers.get('traceresponse')).toContain(
      only(telemetry.spans, 'agent.agentic_loop').spanContext().traceId,
    );
  });

  test('the model cannot be reached', async () => {
    const { agent } = await openLead(inTurn(says('x')), { modelUrl: (await nobodyAt()).url });
    expect(await postJson(`${agent.url}/v1/chat/completions`, STREAM)).toMatchObject({ status: 502 });
  });

  test('the time is up', async () => {
    const { agent } = await openLead(() => new Promise(() => undefined), { requestTimeoutMs: 20 });
    expect(await postJson(`${agent.url}/v1/chat/completions`, STREAM)).toMatchObject({
      status: 504,
      body: { error: { code: 'deadline_exceeded' } },
    });
  });

  test('a field is wrong', async () => {
    const { agent } = await openLead(inTurn(says('x')));
    const body = { ...STREAM, stream_options: { include_usage: 'yes' } };
    expect(await postJson(`${agent.url}/v1/chat/completions`, body)).toMatchObject({
      status: 400,
      body: { error: { param: 'stream_options.include_usage' } },
    });
  });
});

describe('once something is said, a failure is the last event', () => {
  test.each<[why: string, events: ScriptedEvent[], message: string]>([
    ['the model breaks off', [BREAK_OFF], 'the model gateway broke off in the middle of its reply'],
    ['the model ends early', [], 'the model gateway broke off in the middle of its reply'],
    [
      'the model says garbage',
      ['data: <html>10.0.0.7</html>\n\n'],
      'the model gateway answered with something else than a chat completion',
    ],
    [
      'the model says that it failed',
      [{ error: { message: '10.0.0.7' } }],
      'the model gateway failed in the middle of its reply',
    ],
  ])('%s', async (_why, events, message) => {
    const { agent } = await openLead(() => ({ events: [chunk({ content: 'well' }), ...events] }));
    const { status, chunks, content, done } = await readStream(agent.url, QUESTION);
    expect({ status, content, done }).toEqual({ status: 200, content: 'well', done: false });
    expect(chunks.at(-1)).toEqual({ error: { message, ...FAILED } });
    expect(spanTree(telemetry.spans)).toEqual([
      'agent.agentic_loop INTERNAL ERROR',
      '  agent.step.1 INTERNAL ERROR',
      '    model.inference CLIENT ERROR',
    ]);
    expect(pointsOf(await telemetry.metric('kaos.requests'))).toEqual([
      { labels: { 'agent.name': 'lead', success: 'false' }, value: 1 },
    ]);
  });

  test('the time is up', async () => {
    const { agent } = await openLead(
      () => ({
        events: (async function* () {
          yield chunk({ content: 'well' });
          await new Promise(() => undefined);
        })(),
      }),
      { requestTimeoutMs: 1_000 },
    );
    const { chunks, done } = await readStream(agent.url, QUESTION);
    expect(done).toBe(false);
    expect(chunks.at(-1)).toMatchObject({
      error: { code: 'deadline_exceeded', message: 'Not done within 1000 ms' },
    });
  });

  test('the steps are used up', async () => {
    const { agent } = await openLead(inTurn(asksFor(['again', {}])), { maxSteps: 2 });
    const { chunks, done } = await readStream(agent.url, QUESTION);
    expect(done).toBe(false);
    expect(chunks.at(-1)).toMatchObject({ error: { code: 'max_steps_reached', type: 'agent_error' } });
  });
});

test('the session remembers what failed, and goes on', async () => {
  const { agent } = await openLead((_request, index) =>
    index === 0 ? { events: [chunk({ content: 'well' }), BREAK_OFF] } : says('here'),
  );
  const question = { ...QUESTION, session_id: 'one' };
  await readStream(agent.url, question);
  expect((await readStream(agent.url, question)).content).toBe('here');
  const { events } = (await (await fetch(`${agent.url}/memory/events?session_id=one`)).json()) as {
    events: { event_type: string; content: unknown }[];
  };
  expect(events.map(({ event_type, content }) => [event_type, content])).toEqual([
    ['user_message', 'go'],
    ['error', 'the model gateway broke off in the middle of its reply'],
    ['user_message', 'go'],
    ['agent_response', 'here'],
  ]);
});

test('one client’s failure is not another’s', async () => {
  const { agent } = await openLead(({ messages }) =>
    messages.at(-1)?.content === 'go'
      ? { events: [chunk({ content: 'well' }), BREAK_OFF] }
      : { events: [chunk({ content: 'fine' }, 'stop'), DONE] },
  );
  const others = { messages: [{ role: 'user', content: 'stay' }] };
  const streams = await Promise.all([QUESTION, others].map((question) => openStream(agent.url, question)));
  const [failed, fine] = await Promise.all(streams.map(async ({ rest }) => chunksIn(await rest())));
  expect(failed?.at(-1)).toHaveProperty('error');
  expect(fine?.at(-1)).toMatchObject({ choices: [{ finish_reason: 'stop' }] });
});
