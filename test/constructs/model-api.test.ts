import { Secret } from 'cdk8s-plus-28';
import { type Construct } from 'constructs';
import { parse } from 'yaml';
import { Agent, ModelAPI, type ModelAPIProxyProps, OtlpExporter, TelemetryStack } from '../../constructs';
import { chart, envOf, find, type Manifest, problemsOf, synth } from '../support/synth';

function proxy(props: Partial<ModelAPIProxyProps<string>> = {}): Manifest[] {
  return synth((scope) => ModelAPI.proxy(scope, 'llm', { models: ['gpt-4o'], ...props }));
}

test('a proxy is LiteLLM with its configuration, a Deployment and a Service', () => {
  const manifests = proxy({ provider: 'openai' });
  const { spec, metadata } = find(manifests, 'Deployment', 'modelapi-llm').spec.template;
  const [container] = spec.containers;
  expect(metadata.labels).toMatchObject({ app: 'modelapi', modelapi: 'llm' });
  expect(container).toMatchObject({
    name: 'model-api',
    image: 'ghcr.io/berriai/litellm-non_root:v1.108.14',
    args: ['--config', '/etc/litellm/config.yaml', '--port', '8000'],
    volumeMounts: [
      { name: 'config', mountPath: '/etc/litellm', readOnly: true },
      { name: 'tmp', mountPath: '/tmp' },
    ],
  });
  expect(container.command).toBeUndefined();
  expect(container.livenessProbe.httpGet).toEqual({ path: '/health/liveliness', port: 'http' });
  expect(container.readinessProbe.httpGet).toEqual({ path: '/health/readiness', port: 'http' });
  const { data } = find(manifests, 'ConfigMap', 'litellm-config-llm');
  expect(parse(data['config.yaml']).model_list[0].litellm_params.model).toBe('openai/gpt-4o');
  expect(find(manifests, 'Service', 'modelapi-llm').spec.ports[0].port).toBe(8000);
});

test('without telemetry there is none of its variables', () => {
  expect(envOf(find(proxy({ logLevel: 'TRACE' }), 'Deployment', 'modelapi-llm'))).toEqual({
    LITELLM_LOG: 'DEBUG',
    LITELLM_MODE: 'PRODUCTION',
    LITELLM_NON_ROOT: 'true',
    HOME: '/tmp',
    XDG_CACHE_HOME: '/tmp/.cache',
  });
});

test('a key reaches the proxy by reference alone', () => {
  const manifests = synth((scope) => {
    const apiKey = { secret: Secret.fromSecretName(scope, 'key', 'llm-api-key'), key: 'api-key' };
    ModelAPI.proxy(scope, 'llm', { models: ['gpt-4o'], apiKey, apiBase: 'https://models.example/v1' });
  });
  const { env } = find(manifests, 'Deployment', 'modelapi-llm').spec.template.spec.containers[0];
  expect(env.slice(0, 3)).toEqual([
    {
      name: 'LITELLM_MASTER_KEY',
      valueFrom: { secretKeyRef: { name: 'modelapi-llm', key: 'master-key' } },
    },
    { name: 'PROXY_API_BASE', value: 'https://models.example/v1' },
    { name: 'PROXY_API_KEY', valueFrom: { secretKeyRef: { name: 'llm-api-key', key: 'api-key' } } },
  ]);
  expect(manifests.map(({ kind }) => kind)).not.toContain('Secret');
});

test('agents show the key that the proxy asks for, which is in the same Secret', () => {
  const manifests = synth((scope) => {
    const masterKey = { secret: Secret.fromSecretName(scope, 'keys', 'gateway-keys'), key: 'callers' };
    const modelAPI = ModelAPI.proxy(scope, 'llm', { models: ['gpt-4o'], masterKey });
    new Agent(scope, 'lead', { modelAPI, model: 'gpt-4o' });
  });
  const { spec } = find(manifests, 'Deployment', 'modelapi-llm').spec.template;
  expect(spec.containers[0].env).toContainEqual({
    name: 'LITELLM_MASTER_KEY',
    valueFrom: { secretKeyRef: { name: 'gateway-keys', key: 'callers' } },
  });
  const agent = find(manifests, 'Deployment', 'agent-lead').spec.template.spec;
  expect(agent.volumes).toContainEqual({
    name: 'secret-0',
    secret: { secretName: 'gateway-keys', items: [{ key: 'callers', path: 'callers' }] },
  });
  expect(agent.containers[0].env).toContainEqual({
    name: 'MODEL_API_KEY_FILE',
    value: '/etc/kaos/secrets/gateway-keys/callers',
  });
});

test('a proxy reports to a stack that is declared after it', () => {
  const manifests = synth((scope) => {
    ModelAPI.proxy(scope, 'llm', { models: ['gpt-4o'] });
    new TelemetryStack(scope, 'telemetry', { exporters: [OtlpExporter.signoz()] });
  });
  expect(envOf(find(manifests, 'Deployment', 'modelapi-llm'))).toMatchObject({ OTEL_EXPORTER: 'otlp_grpc' });
  const { data } = find(manifests, 'ConfigMap', 'litellm-config-llm');
  expect(parse(data['config.yaml']).litellm_settings.callbacks).toEqual(['otel']);
});

test('a gateway tells where it is and what it serves', () => {
  const models = ['gpt-4o'];
  const modelAPI = ModelAPI.proxy(chart(), 'llm', { models });
  models.push('gpt-4');
  expect(modelAPI.url).toBe('http://modelapi-llm.tests.svc.cluster.local:8000');
  expect(modelAPI.models).toEqual(['gpt-4o']);
});

test.each<[string, Partial<ModelAPIProxyProps<string>>, string]>([
  ['no model is named', { models: [] }, 'models is empty; name at least one, or "*" for all'],
  ['a name is empty', { models: ['gpt-4o', ' '] }, 'models has an empty name; leave it out'],
  ['a model is named twice', { models: ['a', 'b', 'a'] }, 'models has "a" twice; name it once'],
  [
    'the provider is a path',
    { provider: 'openai/' },
    `provider is "openai/"; give LiteLLM's name of it, such as openai`,
  ],
  ['apiBase is no URL', { apiBase: 'models:80' }, 'apiBase is "models:80"; give an http or https URL'],
])('fails when %s', (_, props, problem) => {
  const build = (scope: Construct) => ModelAPI.proxy(scope, 'llm', { models: ['gpt-4o'], ...props });
  expect(problemsOf(build)).toEqual([`[research/llm] ${problem}`]);
});
