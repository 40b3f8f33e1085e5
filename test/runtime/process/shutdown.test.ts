import { agentConfigToEnv, type Env } from '../../../runtime/contract';
import { chunksIn, contentOf, openStream } from '../../support/chat-stream';
import { getJson, nobodyAt, postJson, signalled } from '../../support/http';
import {
  type Bundles,
  bundleProcesses,
  draining,
  ready,
  type RealProcess,
  startProcess,
} from '../../support/real-process';
import {
  type ScriptedReply,
  says,
  type Script,
  type ScriptedModel,
  startScriptedModel,
} from '../../support/scripted-model';
import { chunk, DONE } from '../../support/streamed-completion';
import { type Collector, startCollector } from '../../../cli/local/collector/collector';
import { createServer } from 'node:net';
import { once } from 'node:events';

const QUESTION = { messages: [{ role: 'user', content: '2 + 2?' }] };

let bundles: Bundles;
const open: { close(): Promise<unknown> }[] = [];

beforeAll(() => {
  bundles = bundleProcesses();
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((part) => part.close()));
});
afterAll(() => bundles.remove());

test.each<NodeJS.Signals>(['SIGTERM', 'SIGINT'])('%s lets a running request finish', async (signal) => {
  const { agent, model, url, answer } = await askedAgent({});
  agent.kill(signal);
  await draining(url);
  answer.happen(says('four'));
  expect(await model.reply).toMatchObject({
    status: 200,
    body: { choices: [{ message: { content: 'four' } }] },
  });
  expect([await agent.exit, await agent.stderr]).toEqual([0, '']);
  expect(await agent.stdout).toContain(`"message":"${signal}: finishing what runs"`);
});

test('SIGTERM lets a running stream finish', async () => {
  const rest = signalled();
  const events = async function* () {
    yield chunk({ content: 'fo' });
    await rest.happened;
    yield chunk({ content: 'ur' }, 'stop');
    yield DONE;
  };
  const { agent, model, url, answer } = await askedAgent({}, () => ({ events: events() }));
  answer.happen(says('four'));
  await model.reply;
  const stream = await openStream(url, { messages: [{ role: 'user', content: '2 + 2?' }] });
  await stream.next();
  expect(await stream.next()).toMatchObject({ chunk: { choices: [{ delta: { content: 'fo' } }] } });
  agent.kill('SIGTERM');
  await draining(url);
  rest.happen();
  const parts = await stream.rest();
  expect([contentOf(chunksIn(parts)), parts.at(-1)]).toEqual(['ur', { kind: 'done' }]);
  expect([await agent.exit, await agent.stderr]).toEqual([0, '']);
});

test.each<NodeJS.Signals>(['SIGTERM', 'SIGINT'])(
  'a second signal, %s, ends the process at once',
  async (second) => {
    const { agent, model, url } = await askedAgent({});
    agent.kill('SIGTERM');
    await draining(url);
    agent.kill(second);
    await expect(model.reply).rejects.toThrow('fetch failed');
    expect([await agent.exit, await agent.stderr]).toEqual([second === 'SIGTERM' ? 143 : 130, '']);
  },
);

test('a process that ends lives, is not ready, and says to new requests that they are to go elsewhere', async () => {
  const { agent, model, url, answer } = await askedAgent({});
  agent.kill('SIGTERM');
  await draining(url);
  const chat = await postJson(`${url}/v1/chat/completions`, QUESTION);
  const code = 'draining';
  expect(chat).toMatchObject({ status: 503, body: { error: { type: 'api_error', param: null, code } } });
  expect([chat.headers.get('connection'), chat.headers.get('retry-after')]).toEqual(['close', '1']);
  expect(await getJson(`${url}/ready`)).toMatchObject({ status: 503, body: { status: 'draining' } });
  expect((await getJson(`${url}/health`)).status).toBe(200);
  answer.happen(says('four'));
  expect((await model.reply).headers.get('connection')).toBe('close');
  expect(await agent.exit).toBe(0);
  expect(model.requests).toHaveLength(1);
});

test('spans, metrics and logs of the last request arrive, though it ended in the drain', async () => {
  const collector: Collector = await startCollector({ host: '127.0.0.1', grpcPort: 0, httpPort: 0 });
  open.push(collector);
  const { agent, model, url, answer } = await askedAgent({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.grpcUrl });
  agent.kill('SIGTERM');
  await draining(url);
  answer.happen(says('four'));
  const [, , traceId] = (await model.reply).headers.get('traceresponse')?.match(/^(\d\d)-(\w+)-/) ?? [];
  expect(await agent.exit).toBe(0);

  const { spans, logs, metrics } = collector.store;
  expect(spans.map(({ name, service, status }) => [name, service, status]).sort()).toEqual([
    ['agent.agentic_loop', 'lead', 'ok'],
    ['agent.step.1', 'lead', 'ok'],
    ['model.inference', 'lead', 'ok'],
  ]);
  expect(new Set(spans.map((span) => span.traceId))).toEqual(new Set([traceId]));
  expect(logs.find(({ body }) => body === 'request answered')).toMatchObject({ service: 'lead', traceId });
  expect(metrics.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      'kaos.requests',
      'kaos.request.duration',
      'kaos.model.calls',
      'gen_ai.client.token.usage',
    ]),
  );
});

test('a collector that takes connections and never answers does not hold the process', async () => {
  const silent = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const address = silent.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const sockets = new Set<{ destroy(): unknown }>();
  silent.on('connection', (socket) => sockets.add(socket));
  const { agent, model, answer } = await askedAgent({
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
  });
  answer.happen(says('four'));
  await model.reply;
  const startedAt = performance.now();
  agent.kill('SIGTERM');
  expect(await agent.exit).toBe(0);
  // FLUSH_SECONDS and some time to end.
  expect(performance.now() - startedAt).toBeLessThan(7_000);
  expect(await agent.stdout).toContain('OpenTelemetry: 3 spans could not be sent');
  sockets.forEach((socket) => socket.destroy());
  silent.close();
}, 15_000);

test.each(['grpc', 'http/protobuf'])(
  'a collector that is away is no reason to wait, or to fail: %s',
  async (protocol) => {
    const { agent, model, answer } = await askedAgent({
      OTEL_EXPORTER_OTLP_ENDPOINT: (await nobodyAt()).url,
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
    });
    answer.happen(says('four'));
    expect((await model.reply).status).toBe(200);
    const startedAt = performance.now();
    agent.kill('SIGTERM');
    expect([await agent.exit, await agent.stderr]).toEqual([0, '']);
    expect(performance.now() - startedAt).toBeLessThan(3_000);
    const stdout = await agent.stdout;
    expect(stdout).toContain('OpenTelemetry: 3 spans could not be sent');
    expect(stdout).not.toMatch(/MeterProvider|PeriodicExportingMetricReader/);
  },
);

/** An agent process that has been asked something, whose model waits for the test to give the answer. */
async function askedAgent(env: Env, later?: Script) {
  const asked = signalled();
  const answer = signalled<ScriptedReply>();
  const model: ScriptedModel = await startScriptedModel((request, index) => {
    asked.happen();
    return index > 0 && later ? later(request, index) : answer.happened;
  });
  open.push(model);
  const { port } = await nobodyAt();
  const config = { name: 'lead', host: '127.0.0.1', port, modelUrl: model.url, model: 'gpt-4o' };
  const agent: RealProcess = startProcess(bundles.agent, { ...agentConfigToEnv(config), ...env });
  const url = `http://127.0.0.1:${port}`;
  await ready(url);
  const reply = postJson(`${url}/v1/chat/completions`, QUESTION);
  reply.catch(() => undefined); // each test says what becomes of it
  await asked.happened;
  return { agent, url, answer, model: { ...model, reply } };
}
