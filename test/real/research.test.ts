import { kaos, resultsIn } from '../support/kaos';
import { describeWith } from '../support/real-parts';
import { paths, type Span } from '../support/span-edges';

const QUESTION = 'What is OpenTelemetry, and what is 19 plus 23?';

interface Results {
  readonly answer: string;
  readonly status: string;
  readonly traceId: string;
  readonly spans: readonly (Span & { readonly attributes: Readonly<Record<string, unknown>> })[];
  readonly logs: readonly unknown[];
  readonly metrics: readonly unknown[];
}

describeWith(
  ['LiteLLM', 'OpenTelemetry Collector'],
  'the research system with LiteLLM and a collector',
  () => {
    let real: Results;
    let embedded: Results;
    let stderr: string;

    beforeAll(async () => {
      const run = ['run', 'research', '--message', QUESTION, '--json'];
      const ended = await kaos(...run, '--real');
      stderr = ended.stderr;
      real = resultsIn(ended) as Results;
      embedded = resultsIn(await kaos(...run)) as Results;
    }, 180_000);

    const ofGateway = ({ spans }: Results) => spans.filter(({ service }) => service === 'llm-proxy');
    const ofOthers = ({ spans }: Results) => spans.filter(({ service }) => service !== 'llm-proxy');

    test('says what is real', () => {
      expect(stderr).toMatch(/llm-proxy +starting \(LiteLLM, demo model\)/);
      expect(stderr).toMatch(/telemetry +starting \(OpenTelemetry Collector\)/);
      expect(real.status).toBe('ok');
      expect(real.answer).toContain('42');
    });

    test('is one trace, with one root and no orphan', () => {
      expect(new Set(real.spans.map(({ traceId }) => traceId))).toEqual(new Set([real.traceId]));
      expect(real.spans.filter(({ parentSpanId }) => parentSpanId === null)).toHaveLength(1);
      expect(paths(real.spans).filter((path) => path.includes('(orphan)'))).toEqual([]);
    });

    test('each call of a model is the parent of what LiteLLM says of it, tokens included', () => {
      const calls = real.spans.filter(({ name }) => name === 'model.inference');
      expect(calls).toHaveLength(6);
      for (const call of calls) {
        const served = ofGateway(real).filter(({ parentSpanId }) => parentSpanId === call.spanId);
        expect(served.map(({ name }) => name)).toEqual(['Received Proxy Server Request']);
        const request = ofGateway(real).find(
          ({ name, parentSpanId }) => name === 'litellm_request' && parentSpanId === served[0]?.spanId,
        );
        for (const direction of ['input', 'output']) {
          const attribute = `gen_ai.usage.${direction}_tokens`;
          expect(request?.attributes[attribute]).toBe(call.attributes[attribute]);
        }
      }
    });

    test('shows what the embedded receiver shows of the same run', () => {
      const edges = (results: Results) => paths(ofOthers(results)).sort();
      expect(edges(real)).toEqual(edges(embedded));
    });

    test('holds neither what was said nor keys', () => {
      const all = JSON.stringify([real.spans, real.logs, real.metrics]);
      expect(all).not.toContain('What is OpenTelemetry');
      expect(all).not.toContain('sk-');
    });

    test('has no span of a probe', () => {
      const probes = real.spans.filter(({ attributes }) => JSON.stringify(attributes).includes('/health'));
      expect(probes).toEqual([]);
    });
  },
);
