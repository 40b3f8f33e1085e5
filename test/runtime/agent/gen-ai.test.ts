import { type TelemetryChoices } from '../../../runtime/agent/build-agent';
import { genAIGeneration } from '../../../runtime/telemetry/conventions';
import { openStream, readStream } from '../../support/chat-stream';
import { type Listening, postJson } from '../../support/http';
import { startAgent } from '../../support/in-process';
import { asksFor, says, type Script, startScriptedModel } from '../../support/scripted-model';
import { only } from '../../support/span-tree';
import { pointsOf, startTestTelemetry } from '../../support/telemetry';

const telemetry = startTestTelemetry();
const open: Listening[] = [];

beforeEach(() => telemetry.reset());
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});
afterAll(() => telemetry.close());

async function start(script: Script, choices: TelemetryChoices = {}, maxSteps = 5) {
  const model = await startScriptedModel(script);
  const settings = { name: 'lead', modelUrl: model.url, model: 'gpt-4o', maxSteps, memoryEnabled: false };
  const agent = await startAgent(settings, 0, false, choices);
  open.push(agent, model);
  return {
    model,
    ask: (body: object = {}) => postJson(`${agent.url}/v1/chat/completions`, { ...GO, ...body }),
    agent,
  };
}

const GO = { messages: [{ role: 'user', content: 'go' }] };
const USAGE = {
  prompt_tokens: 11,
  completion_tokens: 7,
  prompt_tokens_details: { cached_tokens: 5 },
  completion_tokens_details: { reasoning_tokens: 3 },
  cache_creation_input_tokens: 2,
};

test('§2.3: a model call tells the parameters of the request and all that it took', async () => {
  const { ask, model } = await start(() => says('done', { usage: USAGE }));
  await ask({
    temperature: 0.5,
    top_p: 0.9,
    max_tokens: 40,
    frequency_penalty: 1,
    presence_penalty: -1,
    stop: ['END'],
  });
  expect(only(telemetry.spans, 'model.inference').attributes).toEqual({
    'agent.name': 'lead',
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': 'gpt-4o',
    'gen_ai.request.temperature': 0.5,
    'gen_ai.request.top_p': 0.9,
    'gen_ai.request.max_tokens': 40,
    'gen_ai.request.frequency_penalty': 1,
    'gen_ai.request.presence_penalty': -1,
    'gen_ai.request.stop_sequences': ['END'],
    'gen_ai.response.id': 'chatcmpl-1',
    'gen_ai.response.model': 'gpt-4o-2026',
    'gen_ai.response.finish_reasons': ['stop'],
    'gen_ai.usage.input_tokens': 11,
    'gen_ai.usage.output_tokens': 7,
    'gen_ai.usage.cache_read.input_tokens': 5,
    'gen_ai.usage.cache_creation.input_tokens': 2,
    'gen_ai.usage.reasoning.output_tokens': 3,
    'server.address': '127.0.0.1',
    'server.port': model.port,
  });
});

test('§2.2: the generation is chosen by OpenTelemetry’s variable', () => {
  expect(genAIGeneration({})).toBe('1.41');
  expect(genAIGeneration({ OTEL_SEMCONV_STABILITY_OPT_IN: 'http' })).toBe('1.41');
  expect(genAIGeneration({ OTEL_SEMCONV_STABILITY_OPT_IN: 'http, gen_ai_latest_experimental' })).toBe(
    'latest',
  );
});

test('§2.2: the later generation has its own names, and none of those that it replaced', async () => {
  const { ask } = await start(() => says('done', { usage: USAGE }), { generation: 'latest' });
  await ask();
  const { attributes } = only(telemetry.spans, 'model.inference');
  expect(attributes['gen_ai.usage.cache_write.input_tokens']).toBe(2);
  expect(attributes['gen_ai.usage.cache_creation.input_tokens']).toBeUndefined();
  const values = async (name: string) => pointsOf(await telemetry.metric(name)).map(({ value }) => value);
  const usage = 'gen_ai.client.inference.usage';
  expect(await values(`${usage}.input_tokens`)).toEqual([11]);
  expect(await values(`${usage}.output_tokens`)).toEqual([7]);
  expect(await values(`${usage}.cache_read.input_tokens`)).toEqual([5]);
  expect(await values(`${usage}.cache_write.input_tokens`)).toEqual([2]);
  expect(await values(`${usage}.reasoning.output_tokens`)).toEqual([3]);
  for (const name of ['duration', 'operation.input_tokens', 'operation.output_tokens'])
    expect([name, await values(`gen_ai.client.inference.${name}`)]).toEqual([name, [1]]);
  for (const name of ['gen_ai.client.token.usage', 'gen_ai.client.operation.duration'])
    expect([name, await values(name)]).toEqual([name, []]);
});

test.each([
  ['1.41', 'operation.time_to_first_chunk', []],
  ['latest', 'inference.time_to_first_chunk', [5]],
] as const)('§2.2: chunks of a stream are timed in generation %s', async (generation, first, later) => {
  const { agent, model } = await start(() => says('one two three'), { generation });
  await readStream(agent.url, GO);
  const pieces = await telemetry.metric('gen_ai.client.inference.time_per_output_chunk');
  const labels = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': 'gpt-4o',
    'server.address': '127.0.0.1',
    'server.port': model.port,
  };
  expect(pointsOf(await telemetry.metric(`gen_ai.client.${first}`))).toEqual([{ labels, value: 1 }]);
  // The first begins the message; three pieces, the end and the usage come after it.
  expect(pointsOf(pieces)).toEqual(later.map((value) => ({ labels, value })));
});

test('§2.2: a reply that is not streamed has no chunks to time', async () => {
  const { ask } = await start(() => says('one two three'), { generation: 'latest' });
  await ask();
  expect(await telemetry.metric('gen_ai.client.inference.time_per_output_chunk')).toBeUndefined();
});

test('§2.4: each token has one owner, the agent whose model used it', async () => {
  const { agent: worker } = await start(() => says('dug'));
  const model = await startScriptedModel((_request, index) =>
    index === 0 ? asksFor(['delegate_to_worker', { task: 'dig' }]) : says('done'),
  );
  const subAgents = [{ name: 'worker', url: worker.url }];
  const boss = await startAgent({ name: 'boss', modelUrl: model.url, model: 'gpt-4o', subAgents });
  open.push(boss, model);
  await postJson(`${boss.url}/v1/chat/completions`, GO);
  const loops = telemetry.spans.filter(({ name }) => name === 'agent.agentic_loop');
  const used = loops.map(({ attributes }) => [
    attributes['agent.name'],
    attributes['gen_ai.usage.input_tokens'],
  ]);
  expect(used.sort()).toEqual([
    ['boss', 22],
    ['lead', 11],
  ]);
  // Of the meter that was made last, which is that of the one who delegates.
  const usage = await telemetry.metric('gen_ai.client.token.usage');
  const sums = usage?.dataPoints.map(({ value, attributes }) => [
    attributes['gen_ai.token.type'],
    (value as { sum?: number }).sum ?? 0,
  ]);
  const total = (type: string) =>
    (sums ?? []).filter(([of]) => of === type).reduce((sum, [, count]) => sum + Number(count), 0);
  expect([total('input'), total('output')]).toEqual([22, 14]);
});

test('X2, T24: ten thousand names that a model makes up make no name of a span, and no series', async () => {
  const NAMES = 10_000;
  const each = 500;
  const { ask } = await start(
    (_request, index) => {
      const calls = Array.from({ length: each }, (_, call) => `${index}-${call}`);
      const reply = asksFor(
        ...calls.map((name, at) => [at % 2 ? `tool-${name}` : `delegate_to_agent-${name}`, {}] as const),
      );
      return { body: { ...(reply.body as object), model: `model-${index}`, id: `id-${index}` } };
    },
    {},
    NAMES / each,
  );
  await ask();
  // What the model is called it says anew with each reply, as well.
  const { ask: again } = await start((_request, index) => says('ok', { model: `named-${index}` }));
  for (let index = 0; index < 50; index++) await again();

  const spans = telemetry.spans.filter(({ name }) => !name.startsWith('agent.step.'));
  expect(new Set(spans.map(({ name }) => name))).toEqual(
    new Set(['agent.agentic_loop', 'model.inference', 'tool.unknown', 'delegate.unknown']),
  );
  expect(spans.length).toBeGreaterThan(NAMES);
  const { attributes } = spans.find(({ name }) => name === 'delegate.unknown') ?? { attributes: {} };
  expect(attributes).toMatchObject({
    'gen_ai.agent.name': 'unknown',
    'kaos.requested_name': 'delegate_to_agent-0-0',
  });
  expect(pointsOf(await telemetry.metric('kaos.tool.calls'))).toEqual([
    { labels: { 'agent.name': 'lead', success: 'false', tool: 'unknown' }, value: NAMES / 2 },
  ]);
  expect(pointsOf(await telemetry.metric('kaos.delegations'))).toEqual([
    { labels: { 'agent.name': 'lead', success: 'false', target: 'unknown' }, value: NAMES / 2 },
  ]);
  for (const name of ['gen_ai.client.operation.duration', 'gen_ai.client.token.usage'])
    expect(pointsOf(await telemetry.metric(name)).length).toBeLessThan(2 * 2 * 33 + 1);
}, 60_000);

test('X6: a stream that its client leaves counts as no failure, and takes the time that it took', async () => {
  const { agent, model } = await start(() => ({
    events: (async function* () {
      yield { choices: [{ index: 0, delta: { content: 'one' }, finish_reason: null }] };
      await model.hungUp;
    })(),
  }));
  const leaving = new AbortController();
  const stream = await openStream(agent.url, GO, {}, leaving.signal);
  await stream.next();
  leaving.abort();
  const inference = await telemetry.span('model.inference');
  const loop = await telemetry.span('agent.agentic_loop');
  for (const { status, attributes } of [inference, loop])
    expect([status.code, attributes['kaos.cancelled'], attributes['error.type']]).toEqual([
      0,
      true,
      undefined,
    ]);
  expect(pointsOf(await telemetry.metric('kaos.requests'))).toMatchObject([
    { labels: { success: 'true' }, value: 1 },
  ]);
  expect(pointsOf(await telemetry.metric('kaos.model.calls'))).toMatchObject([
    { labels: { success: 'true' } },
  ]);
});
