import { readStream, openStream } from '../../../support/chat-stream';
import { postJson, signalled } from '../../../support/http';
import { asksFor, inTurn, says } from '../../../support/scripted-model';
import { idOf, only, spanTree } from '../../../support/span-tree';
import { chunk, DONE } from '../../../support/streamed-completion';
import { pointsOf, startTestTelemetry } from '../../../support/telemetry';
import { closeAll, openLead, QUESTION } from '../../../support/open-lead';

const telemetry = startTestTelemetry();

beforeEach(() => telemetry.reset());
afterEach(closeAll);
afterAll(() => telemetry.close());

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const SPAN_ID = 'b7ad6b7169203331';
const REMOTE = { traceparent: `00-${TRACE_ID}-${SPAN_ID}-01` };

test('a streamed reply continues the trace of its caller, and so do the model calls in it', async () => {
  const { agent, model } = await openLead(inTurn(asksFor(['gone', {}]), says('done')));
  const { headers } = await readStream(agent.url, QUESTION, REMOTE);
  const loop = only(telemetry.spans, 'agent.agentic_loop');
  expect(loop.parentSpanContext).toMatchObject({ traceId: TRACE_ID, spanId: SPAN_ID, isRemote: true });
  expect(headers.get('traceresponse')).toBe(`00-${TRACE_ID}-${idOf(loop)}-01`);
  const inferences = telemetry.spans.filter(({ name }) => name === 'model.inference');
  expect(model.requests.map(({ headers }) => headers.traceparent)).toEqual(
    inferences.map((span) => `00-${TRACE_ID}-${idOf(span)}-01`),
  );
});

test('a reply makes the same spans, streamed or not, and says which it was', async () => {
  const { agent } = await openLead((_request, index) =>
    index % 2 === 0 ? asksFor(['gone', {}]) : says('done'),
  );
  await readStream(agent.url, QUESTION);
  const streamed = telemetry.spans;
  expect(only(streamed, 'agent.agentic_loop').attributes).toMatchObject({ stream: true });
  await telemetry.reset();
  await postJson(`${agent.url}/v1/chat/completions`, QUESTION);
  const whole = telemetry.spans;
  expect(only(whole, 'agent.agentic_loop').attributes).toMatchObject({ stream: false });
  expect(spanTree(streamed)).toEqual(spanTree(whole));
});

test('spans end with the last that is said', async () => {
  const last = signalled();
  const { agent } = await openLead(() => ({
    events: (async function* () {
      yield chunk({ content: 'first' });
      await last.happened;
      yield chunk({ content: 'last' }, 'stop');
      yield DONE;
    })(),
  }));
  const { next, rest } = await openStream(agent.url, QUESTION);
  await next();
  await next();
  expect(telemetry.spans).toEqual([]);
  last.happen();
  await rest();
  await telemetry.span('agent.agentic_loop');
  expect(spanTree(telemetry.spans)).toEqual([
    'agent.agentic_loop INTERNAL OK',
    '  agent.step.1 INTERNAL OK',
    '    model.inference CLIENT OK',
  ]);
});

test('a model call says how it was asked and answered, and how long it let wait for its first words', async () => {
  const { agent, model } = await openLead(inTurn(says('four')));
  const parameters = {
    temperature: 0.5,
    top_p: 1,
    max_tokens: 9,
    presence_penalty: 1,
    frequency_penalty: -1,
  };
  await readStream(agent.url, { ...QUESTION, ...parameters, user: 'anna' });
  const { attributes } = only(telemetry.spans, 'model.inference');
  expect(attributes).toMatchObject({
    'gen_ai.request.stream': true,
    'gen_ai.request.temperature': 0.5,
    'gen_ai.request.top_p': 1,
    'gen_ai.request.max_tokens': 9,
    'gen_ai.request.presence_penalty': 1,
    'gen_ai.request.frequency_penalty': -1,
    'gen_ai.response.id': 'chatcmpl-1',
    'gen_ai.response.model': 'gpt-4o-2026',
    'gen_ai.response.finish_reasons': ['stop'],
    'gen_ai.response.time_to_first_chunk': expect.any(Number),
    'gen_ai.usage.input_tokens': 11,
    'gen_ai.usage.output_tokens': 7,
  });
  expect(JSON.stringify(attributes)).not.toContain('anna');
  const metric = await telemetry.metric('gen_ai.client.operation.time_to_first_chunk');
  expect(metric?.descriptor).toMatchObject({ unit: 's' });
  expect(pointsOf(metric)).toEqual([
    {
      labels: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'openai',
        'gen_ai.request.model': 'gpt-4o',
        'server.address': '127.0.0.1',
        'server.port': model.port,
      },
      value: 1,
    },
  ]);
});

test('tokens of a stream are counted as the model reports them, and never guessed', async () => {
  const { agent } = await openLead(() => ({ events: [chunk({ content: 'a' }, 'stop'), DONE] }));
  await readStream(agent.url, QUESTION);
  expect(await telemetry.metric('gen_ai.client.token.usage')).toBeUndefined();
});
