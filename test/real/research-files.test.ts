import { App } from 'cdk8s';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { Research } from '../../apps/research';
import { startCollector } from '../../cli/local/collector/collector';
import { SIGNALS } from '../../cli/local/collector/records';
import { type TelemetryStore } from '../../cli/local/collector/store';
import { NO_SECRET } from '../../cli/local/needed-secrets';
import { LOOPBACK } from '../../cli/local/ports';
import { writeManifests } from '../../cli/testing/write-manifests';
import { Ends } from '../support/ends';
import { kaos, resultsIn } from '../support/kaos';
import { postOtlp } from '../support/otlp-json';
import { describeWith } from '../support/real-parts';
import { paths } from '../support/span-edges';
import { type Manifest } from '../support/synth';

const EMAIL = 'somebody@example.com';
const SECRET = ['sk', 'proj-abcdefghijklmnop'].join('-');
const QUESTION = `What is OpenTelemetry, and what is 19 plus 23? Tell ${EMAIL}, whose key is ${SECRET}.`;
/** Words of the question, of what the demo model makes of it and of what the tools return. */
const SAID = ['What is OpenTelemetry', 'whose key is', '19 plus 23'];

const AGENTS = ['coordinator', 'researcher', 'analyst'];
const TOOL_SERVERS = ['echo-search', 'calculator'];
const GATEWAY = 'llm-proxy';

type Patch = (manifest: Manifest) => void;

/** What is in the file that a collector writes as it was told. */
const AS_TOLD = 'told.jsonl';

/**
 * Has a collector write what it passes on to files, too, and spans as it was told of them; all that it does to them stays
 * as it is generated.
 */
function withFiles(directory: string): Patch {
  return ({ kind, data }) => {
    const config = kind === 'ConfigMap' && data['config.yaml'] ? parse(data['config.yaml']) : {};
    if (!config.service) return;
    for (const [name, pipeline] of Object.entries<Manifest>(config.service.pipelines)) {
      const [signal = ''] = name.split('/');
      config.exporters[`file/${signal}`] = { path: join(directory, `${signal}.jsonl`) };
      pipeline.exporters.push(`file/${signal}`);
    }
    config.exporters['file/told'] = { path: join(directory, AS_TOLD) };
    config.service.pipelines['traces/told'] = { receivers: ['otlp'], exporters: ['file/told'] };
    data['config.yaml'] = stringify(config, { lineWidth: 0 });
  };
}

/** Has every process tell all that it knows, and LiteLLM of itself what nobody masks before the collector does. */
const telling: Patch = ({ kind, data, spec }) => {
  const config = kind === 'ConfigMap' && data['config.yaml'] ? parse(data['config.yaml']) : {};
  if (config.litellm_settings) {
    config.litellm_settings.turn_off_message_logging = false;
    config.callback_settings.otel.message_logging = true;
    data['config.yaml'] = stringify(config);
  }
  const env: Manifest[] = kind === 'Deployment' ? (spec.template.spec.containers[0].env ?? []) : [];
  const resource = env.find(({ name }) => name === 'OTEL_RESOURCE_ATTRIBUTES');
  if (!resource) return;
  resource.value += `,contact=${EMAIL},note=${SECRET}`;
  env.push({ name: 'OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT', value: 'true' });
};

describeWith(['LiteLLM', 'OpenTelemetry Collector'], 'the files of a collector', () => {
  describe.each<[what: string, told: readonly string[], patches: readonly Patch[]]>([
    ['of the research system as it is generated', [], []],
    ['of a research system that tells all it knows', [EMAIL, SECRET, ...SAID], [telling]],
  ])('%s', (_what, told, patches) => {
    const ends = new Ends();
    afterAll(() => ends.meet());

    let text: string;
    let asTold: string;
    let store: TelemetryStore;
    let results: { readonly answer: string; readonly status: string; readonly traceId: string };

    beforeAll(async () => {
      const directory = ends.directory();
      const manifests = writeManifests(new Research(new App(), 'research'));
      ends.add(() => rmSync(manifests, { recursive: true }));
      change(manifests, [...patches, withFiles(directory)]);
      const options = ['--manifests', manifests, '--real', '--json'];
      results = resultsIn(await kaos('run', 'research', '--message', QUESTION, ...options)) as typeof results;

      const receiver = await startCollector({ host: LOOPBACK, grpcPort: 0, httpPort: 0 });
      ends.add(() => receiver.close());
      store = receiver.store;
      asTold = readFileSync(join(directory, AS_TOLD), 'utf8');
      text = '';
      for (const signal of SIGNALS) {
        const written = readFileSync(join(directory, `${signal}.jsonl`), 'utf8');
        text += written;
        for (const line of written.trimEnd().split('\n'))
          expect(await postOtlp(receiver.httpUrl, signal, JSON.parse(line))).toBe(200);
      }
    }, 120_000);

    const spansOf = (service: string) => store.spans.filter((span) => span.service === service);

    test('the answer is that of the tools', () => {
      expect(results).toMatchObject({ status: 'ok', answer: expect.stringContaining('42') });
    });

    test('have one trace, with spans of each agent, each tool server and LiteLLM', () => {
      for (const service of [...AGENTS, ...TOOL_SERVERS, GATEWAY])
        expect([service, spansOf(service).length > 0]).toEqual([service, true]);
      expect(new Set(store.spans.map(({ traceId }) => traceId))).toEqual(new Set([results.traceId]));
      expect(store.spans.filter(({ parentSpanId }) => parentSpanId === null)).toHaveLength(1);
      expect(paths(store.spans).filter((path) => path.includes('(orphan)'))).toEqual([]);
    });

    test('have the tokens of each call of a model, by agent and by LiteLLM', () => {
      const counted = (name: string) => {
        const calls = store.spans.filter((span) => span.name === name);
        return calls.map(({ attributes }) =>
          ['input', 'output'].map((direction) => attributes[`gen_ai.usage.${direction}_tokens`]),
        );
      };
      const byAgents = counted('model.inference');
      expect(byAgents).toHaveLength(6);
      expect(byAgents.flat().every((count) => Number(count) > 0)).toBe(true);
      expect(counted('litellm_request').sort()).toEqual(byAgents.sort());
    });

    test('have metrics of each agent and tool server, and none of LiteLLM, which would count the same tokens', () => {
      const of = (service: string) =>
        store.metrics.filter((metric) => metric.service === service).map(({ name }) => name);
      for (const agent of AGENTS)
        expect(of(agent)).toEqual(
          expect.arrayContaining([
            'kaos.requests',
            'kaos.model.calls',
            'gen_ai.client.operation.duration',
            'gen_ai.client.token.usage',
          ]),
        );
      for (const server of TOOL_SERVERS) expect(of(server)).toContain('mcp.server.operation.duration');
      expect(of(GATEWAY)).toEqual([]);
    });

    test('have log records of each agent and tool server, in the same trace', () => {
      for (const service of [...AGENTS, ...TOOL_SERVERS]) {
        const records = store.logs.filter((record) => record.service === service);
        expect([service, records.map(({ traceId }) => traceId)]).toEqual([
          service,
          expect.arrayContaining([results.traceId]),
        ]);
      }
    });

    test('the collector was told what it was to be told', () => {
      const all = [EMAIL, SECRET, NO_SECRET, ...SAID];
      expect(all.filter((what) => asTold.includes(what))).toEqual(told);
    });

    test.each([EMAIL, SECRET, NO_SECRET, ...SAID])('have nothing of "%s"', (what) => {
      const around = [...text.matchAll(new RegExp(`.{0,200}${what}`, 'g'))].map(([found]) => found);
      expect(around).toEqual([]);
    });
  });
});

function change(directory: string, patches: readonly Patch[]): void {
  for (const name of readdirSync(directory)) {
    const file = join(directory, name);
    const manifests = parseAllDocuments(readFileSync(file, 'utf8')).map((document) => document.toJS());
    manifests.forEach((manifest) => patches.forEach((patch) => patch(manifest)));
    writeFileSync(file, manifests.map((manifest) => stringify(manifest, { lineWidth: 0 })).join('---\n'));
  }
}
