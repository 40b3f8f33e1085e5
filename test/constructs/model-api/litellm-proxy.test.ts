import { Duration } from 'cdk8s';
import { EnvValue, Secret } from 'cdk8s-plus-28';
import { type Construct } from 'constructs';
import { parse } from 'yaml';
import { Agent, Egress, LiteLLMConfig, ModelAPI, RedisConnection } from '../../../constructs';
import { chart, find, synth } from '../../support/synth';
import { configOf, egressOf, keyOf, proxy, toInternet, variablesOf } from './proxy-manifests';

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

test('what answers a wrong key is beside the configuration that names it', () => {
  const manifests = proxy();
  const { data } = find(manifests, 'ConfigMap', 'litellm-config-llm');
  const [[module, name]] = configOf(manifests).litellm_settings.callbacks.map((callback: string) =>
    callback.split('.'),
  );
  expect(Object.keys(data)).toEqual(['config.yaml', `${module}.py`]);
  expect(data[`${module}.py`]).toContain(`\n${name} = `);
});

test('a key reaches the proxy by reference alone', () => {
  const manifests = synth((scope) => {
    const apiKey = { secret: Secret.fromSecretName(scope, 'key', 'llm-api-key'), key: 'api-key' };
    ModelAPI.proxy(scope, 'llm', { models: ['gpt-4o'], apiKey, apiBase: 'https://models.example/v1' });
  });
  const { env } = find(manifests, 'Deployment', 'modelapi-llm').spec.template.spec.containers[0];
  expect(env.slice(0, 3)).toEqual([
    { name: 'LITELLM_MASTER_KEY', valueFrom: { secretKeyRef: { name: 'modelapi-llm', key: 'master-key' } } },
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
  expect(variablesOf(manifests)).toContainEqual({
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

test('a gateway tells where it is and what it serves', () => {
  const models = ['gpt-4o'];
  const modelAPI = ModelAPI.proxy(chart(), 'llm', { models });
  models.push('gpt-4');
  expect(modelAPI.url).toBe('http://modelapi-llm.tests.svc.cluster.local:8000');
  expect(modelAPI.models).toEqual(['gpt-4o']);
});

test('a name can come from several places, which share its requests', () => {
  const build = (scope: Construct) =>
    ModelAPI.proxy(scope, 'llm', {
      models: [
        {
          name: 'gpt-4o',
          provider: 'azure',
          apiBase: 'https://eu.example',
          params: { api_version: '2024-10-21' },
        },
        { name: 'gpt-4o', provider: 'openai', fallbacks: ['mini'] },
        'mini',
      ],
    });
  const manifests = synth(build);
  expect(build(chart()).models).toEqual(['gpt-4o', 'mini']);
  expect(configOf(manifests)).toMatchObject({
    model_list: [
      {
        model_name: 'gpt-4o',
        litellm_params: { model: 'azure/gpt-4o', api_base: 'https://eu.example', api_version: '2024-10-21' },
      },
      { model_name: 'gpt-4o', litellm_params: { model: 'openai/gpt-4o' } },
      { model_name: 'mini' },
    ],
    router_settings: { fallbacks: [{ 'gpt-4o': ['mini'] }] },
  });
});

test('pods that count together reach redis', () => {
  const manifests = synth((scope) => {
    const redis = new RedisConnection({
      host: 'redis.data.svc.cluster.local',
      password: keyOf(scope, 'redis'),
      tls: true,
    });
    ModelAPI.proxy(scope, 'llm', {
      models: ['gpt-4o'],
      rpm: 60,
      replicas: 2,
      redis,
      cache: { ttl: Duration.hours(1) },
    });
  });
  expect(variablesOf(manifests).slice(1, 5)).toEqual([
    { name: 'REDIS_HOST', value: 'redis.data.svc.cluster.local' },
    { name: 'REDIS_PORT', value: '6379' },
    { name: 'REDIS_PASSWORD', valueFrom: { secretKeyRef: { name: 'redis', key: 'api-key' } } },
    { name: 'REDIS_SSL', value: 'true' },
  ]);
  expect(configOf(manifests)).toMatchObject({
    litellm_settings: { cache_params: { type: 'redis', ttl: 3600, namespace: 'kaos.tests.llm' } },
    router_settings: { cache_kwargs: { namespace: 'kaos.tests.llm' } },
  });
  expect(egressOf(manifests)).toContainEqual({
    to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'data' } } }],
  });
});

test('a configuration of your own is completed, and its providers are reached', () => {
  const entry = (model_name: string, api_base?: string) => ({
    model_name,
    litellm_params: { model: `openai/${model_name}`, api_base, api_key: 'os.environ/OPENAI_API_KEY' },
  });
  const config = LiteLLMConfig.fromObject({
    model_list: [
      entry('gpt-4o'),
      entry('lab', 'os.environ/LAB_URL'),
      entry('main', 'os.environ/PROXY_API_BASE'),
      entry('direct', 'https://10.1.2.4/v1'),
    ],
  });
  const manifests = synth((scope) => {
    const key = keyOf(scope, 'openai');
    ModelAPI.proxy(scope, 'llm', {
      config,
      models: ['gpt-4o', 'lab', 'main', 'direct'],
      apiBase: 'https://models.example:8443/v1',
      env: { OPENAI_API_KEY: EnvValue.fromSecretValue(key), LAB_URL: 'http://10.1.2.3:8000/v1' },
      egress: [Egress.toCidr('10.9.0.0/16')],
    });
  });
  expect(configOf(manifests).general_settings).toEqual({ master_key: 'os.environ/LITELLM_MASTER_KEY' });
  expect(
    egressOf(manifests)
      .flatMap(({ to }) => to)
      .map(({ ipBlock }) => ipBlock?.cidr),
  ).toEqual(expect.arrayContaining(['0.0.0.0/0', '10.1.2.3/32', '10.1.2.4/32', '10.9.0.0/16']));
  expect(egressOf(manifests)).toContainEqual(toInternet(8443));
});
