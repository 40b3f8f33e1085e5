import { EnvValue, Secret } from 'cdk8s-plus-28';
import { startCollector } from '../../cli/local/collector/collector';
import { type SpanRecord } from '../../cli/local/collector/records';
import { type TelemetryStore } from '../../cli/local/collector/store';
import { LOOPBACK } from '../../cli/local/ports';
import {
  LiteLLMConfig,
  ModelAPI,
  type ModelAPIProxyProps,
  type OtlpProtocol,
  TelemetryStack,
} from '../../constructs';
import { readStream } from '../support/chat-stream';
import { Ends } from '../support/ends';
import { gatewayIn, runGateway } from '../support/gateways';
import { getJson, postJson } from '../support/http';
import { describeWith } from '../support/real-parts';
import { says, type Script, startScriptedModel } from '../support/scripted-model';
import { synth } from '../support/synth';

const KEY = ['sk', 'master-key-of-this-test'].join('-');
const PROVIDER_KEY = ['sk', 'provider-key-of-this-test'].join('-');
const WRONG_KEY = ['sk', 'no-key-of-anybody'].join('-');
const ASKED = 'words that somebody asked';
const ANSWERED = 'words that the model answered';

/** What a configuration of somebody's own takes the provider's key from. */
const KEY_VARIABLE = 'PROVIDER_KEY';

const MODELS = ['good', 'busy', 'broken'] as const;
type Model = (typeof MODELS)[number];

/** A provider of one model that answers, one that refuses its first request, and one that refuses each. */
function provider(): Script {
  let isBusy = true;
  const refusal = (status: number) => ({ status, body: { error: { message: 'not now', type: 'refused' } } });
  return ({ model }) => {
    if (model === 'broken') return refusal(500);
    if (model !== 'busy' || !isBusy) return says(ANSWERED);
    isBusy = false;
    return refusal(429);
  };
}

type Props = (apiBase: string) => Partial<ModelAPIProxyProps<Model>>;

const generated: Props = (apiBase) => ({
  ...{ provider: 'openai', apiBase, retries: 1 },
  models: ['good', 'busy', { name: 'broken', fallbacks: ['good'] }],
});

/** A configuration of somebody's own that says that of its callbacks. */
function custom(settings: object): Props {
  return (apiBase) => ({
    config: LiteLLMConfig.fromObject({
      model_list: MODELS.map((name) => ({
        model_name: name,
        litellm_params: { model: `openai/${name}`, api_base: apiBase, api_key: `os.environ/${KEY_VARIABLE}` },
      })),
      litellm_settings: settings,
      router_settings: { num_retries: 1, fallbacks: [{ broken: ['good'] }] },
    }),
  });
}

function declare(endpoint: string, protocol: OtlpProtocol, props: Partial<ModelAPIProxyProps<Model>>) {
  const manifests = synth((scope) => {
    TelemetryStack.fromEndpoint(scope, 'telemetry', { endpoint, protocol });
    const apiKey = { secret: Secret.fromSecretName(scope, 'key', 'llm-api-key'), key: 'api-key' };
    const ofKey = props.config ? { env: { [KEY_VARIABLE]: EnvValue.fromSecretValue(apiKey) } } : { apiKey };
    ModelAPI.proxy<Model>(scope, 'llm', { models: MODELS, ...ofKey, ...props });
  });
  return gatewayIn(manifests, (_secret, key) => (key === 'master-key' ? KEY : PROVIDER_KEY));
}

/** The requests that are answered, each with the calls of models that LiteLLM tells of: of one that fails twice, once. */
const ANSWERED_REQUESTS: readonly [what: string, model: Model, calls: readonly string[]][] = [
  ['whole', 'good', ['good ok']],
  ['streamed', 'good', ['good ok']],
  ['retried', 'busy', ['busy error 429', 'busy ok']],
  ['fallen back', 'broken', ['broken error 500', 'good ok']],
];
const REFUSED = 'refused';
const SERVER = 'Received Proxy Server Request';
const MODEL_CALL = 'litellm_request';

/** The ids of trace and span that a caller sends; another trace for each request. */
function callerOf(what: string) {
  const text = Buffer.from(what).toString('hex');
  return { traceId: text.padEnd(32, '0').slice(0, 32), spanId: text.padEnd(16, '1').slice(0, 16) };
}

describeWith(['LiteLLM'], 'the real LiteLLM', () => {
  describe.each<[string, OtlpProtocol, Props]>([
    ['as it is generated, by otlp_grpc', 'grpc', generated],
    ['with a configuration that names no callbacks, by otlp_http', 'http', custom({ drop_params: true })],
    [
      'with a configuration that has OpenTelemetry in lists of its own',
      'http',
      custom({ success_callback: ['otel'], failure_callback: ['otel'] }),
    ],
  ])('%s', (_what, protocol, props) => {
    const ends = new Ends();
    afterAll(() => ends.meet());

    let store: TelemetryStore;
    let models: readonly string[];
    const statuses: Record<string, number> = {};

    beforeAll(async () => {
      const upstream = await startScriptedModel(provider());
      ends.add(() => upstream.close());
      const receiver = await startCollector({ host: LOOPBACK, grpcPort: 0, httpPort: 0 });
      ends.add(() => receiver.close());
      store = receiver.store;
      const endpoint = protocol === 'grpc' ? receiver.grpcUrl : receiver.httpUrl;
      const { url, program } = await runGateway(
        declare(endpoint, protocol, props(`${upstream.url}/v1`)),
        ends,
      );

      const probe = async () => {
        for (const path of ['/health/liveliness', '/health/readiness'])
          statuses[path] = (await getJson(url + path)).status;
      };
      const ask = async (what: string, model: Model, key: string) => {
        const { traceId, spanId } = callerOf(what);
        const headers = { authorization: `Bearer ${key}`, traceparent: `00-${traceId}-${spanId}-01` };
        const body = { model, messages: [{ role: 'user', content: ASKED }] };
        const isStreamed = what === 'streamed';
        const { status } = isStreamed
          ? await readStream(url, { ...body, stream_options: { include_usage: true } }, headers)
          : await postJson(`${url}/v1/chat/completions`, body, headers);
        statuses[what] = status;
      };
      await probe();
      for (const [what, model] of ANSWERED_REQUESTS) await ask(what, model, KEY);
      await ask(REFUSED, 'good', WRONG_KEY);
      await probe();
      models = upstream.requests.map(({ model }) => model);

      const soon = AbortSignal.timeout(30_000);
      const arrived = (what: string, name: string, status: string) =>
        store.span((span) => isOf(what)(span) && span.name === name && span.status === status, soon);
      for (const [what] of ANSWERED_REQUESTS)
        for (const name of [SERVER, MODEL_CALL]) await arrived(what, name, 'ok');
      await arrived(REFUSED, SERVER, 'error');
      // It sends what is left before it ends.
      await program.stop();
    }, 90_000);

    const isOf = (what: string) => (span: SpanRecord) => span.traceId === callerOf(what).traceId;
    const spansOf = (what: string) => store.spans.filter(isOf(what));

    test.each(ANSWERED_REQUESTS)('a request that is %s is of its caller', (what) => {
      expect(statuses[what]).toBe(200);
      const spans = spansOf(what);
      const [server, ...others] = spans.filter(({ name }) => name === SERVER);
      expect(others).toEqual([]);
      expect(server).toMatchObject({ parentSpanId: callerOf(what).spanId, kind: 'SERVER', service: 'llm' });
      const parents = spans.filter((span) => span !== server).map(({ parentSpanId }) => parentSpanId);
      expect(new Set(parents)).toEqual(new Set([server?.spanId]));
    });

    test.each(ANSWERED_REQUESTS)(
      'each model that is called for one that is %s is seen, the failures too',
      (what, _model, calls) => {
        const made = spansOf(what)
          .filter(({ name }) => name === MODEL_CALL)
          .sort((one, other) => Number(BigInt(one.startUnixNano) - BigInt(other.startUnixNano)));
        expect(made.map(callText)).toEqual(calls);
        expect(made.at(-1)?.attributes).toMatchObject({
          'gen_ai.usage.input_tokens': 11,
          'gen_ai.usage.output_tokens': 7,
        });
        for (const failed of made.slice(0, -1))
          expect(Object.keys(failed.attributes)).not.toContain('gen_ai.usage.input_tokens');
      },
    );

    test('a wrong key is refused, no model is called, and the caller sees it in its trace', () => {
      expect(statuses[REFUSED]).toBe(401);
      expect(models).toEqual(['good', 'good', 'busy', 'busy', 'broken', 'broken', 'good']);
      const [server] = spansOf(REFUSED).filter(({ name }) => name === SERVER);
      expect(server).toMatchObject({ parentSpanId: callerOf(REFUSED).spanId, status: 'error' });
      expect(server?.attributes).toMatchObject({ 'http.response.status_code': 401, 'error.code': '401' });
    });

    test('probes are answered and make no spans', () => {
      expect(statuses).toMatchObject({ '/health/liveliness': 200, '/health/readiness': 200 });
      const known = [...ANSWERED_REQUESTS.map(([what]) => what), REFUSED].map(
        (what) => callerOf(what).traceId,
      );
      // Of a key that it refuses LiteLLM tells once more, in a trace of its own.
      const others = store.spans.filter(({ traceId }) => !known.includes(traceId));
      expect(others.map(({ name, attributes }) => [name, attributes['error.message']])).toEqual([
        [MODEL_CALL, 'No connected db.'],
      ]);
    });

    test.each([ASKED, ANSWERED, KEY, PROVIDER_KEY, WRONG_KEY])('"%s" is in no span', (text) => {
      expect(JSON.stringify(store.spans)).not.toContain(text);
    });

    test('spans are all that it sends', () => {
      expect([store.metrics, store.logs]).toEqual([[], []]);
    });
  });
});

function callText({ attributes, status }: SpanRecord): string {
  const code = status === 'error' ? ` ${String(attributes['error.code'])}` : '';
  return `${String(attributes['gen_ai.request.model'])} ${status}${code}`;
}
