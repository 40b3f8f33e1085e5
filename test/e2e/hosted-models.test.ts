import { App, Chart } from 'cdk8s';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, ModelAPI, OtlpExporter, TelemetryStack } from '../../constructs';
import { kaos, resultsIn } from '../support/kaos';

/** Two hosted models behind a proxy that asks the second when the first fails. */
let manifests: string;
let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'kaos-test-'));
  const app = new App({ outdir: directory });
  const chart = new Chart(app, 'hosted', { namespace: 'test' });
  new TelemetryStack(chart, 'telemetry', { exporters: [OtlpExporter.signoz()] });
  const [big, small] = ['big', 'small'].map((model) =>
    ModelAPI.hosted(chart, model, { models: [`${model}:1b`] }),
  );
  const modelAPI = ModelAPI.proxy(chart, 'proxy', {
    models: [
      { name: 'first', model: 'big:1b', ...(big && { apiBase: big }), fallbacks: ['second'] },
      { name: 'second', model: 'small:1b', ...(small && { apiBase: small }) },
    ],
  });
  new Agent(chart, 'asker', { modelAPI, model: 'first' });
  app.synth();
  manifests = readFileSync(join(directory, 'hosted.k8s.yaml'), 'utf8');
});
afterAll(() => rmSync(directory, { recursive: true }));

/** Asks in a chart in which these models are not what is hosted; says what answered, as the proxy logged it. */
async function askWithout(...missing: string[]) {
  const text = missing.reduce(
    (all, model) => all.replace(`- args:\n            - ${model}\n`, `- args:\n            - other:1b\n`),
    manifests,
  );
  writeFileSync(join(directory, 'hosted.k8s.yaml'), text);
  const ended = await kaos('run', 'hosted', '--manifests', directory, '--message', 'hello', '--json');
  const { status, answer, logs } = resultsIn(ended) as {
    status: string;
    answer: string;
    logs: { service: string; body: string; attributes: Record<string, unknown> }[];
  };
  const served = logs.filter(({ service, body }) => service === 'proxy' && body === 'chat completion served');
  return { status, answer, served: served.map(({ attributes }) => attributes.model) };
}

test('a proxy asks the models that are hosted beside it', async () => {
  expect(await askWithout()).toMatchObject({ status: 'ok', served: ['big:1b'] });
}, 60_000);

test('where one cannot answer, its fallback does', async () => {
  expect(await askWithout('big:1b')).toMatchObject({ status: 'ok', served: ['small:1b'] });
}, 60_000);

test('where none can, there is no answer', async () => {
  expect(await askWithout('big:1b', 'small:1b')).toEqual({
    status: 'error',
    answer: '400: the model does not take the request: its gateway answered 400',
    served: [],
  });
}, 60_000);
