import { Duration } from 'cdk8s';
import { EnvValue, Secret, type SecretValue } from 'cdk8s-plus-28';
import { type Construct } from 'constructs';
import { parse } from 'yaml';
import {
  Agent,
  Autoscaling,
  Egress,
  LiteLLMConfig,
  ModelAPI,
  type ModelAPIProxyProps,
  OtlpExporter,
  RedisConnection,
  TelemetryStack,
} from '../../../constructs';
import { chart, envOf, find, type Manifest, problemsOf, synth } from '../../support/synth';

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

test('what answers a wrong key is beside the configuration that names it', () => {
  const manifests = proxy();
  const { data } = find(manifests, 'ConfigMap', 'litellm-config-llm');
  const [[module, name]] = configOf(manifests).litellm_settings.callbacks.map((callback: string) =>
    callback.split('.'),
  );
  expect(Object.keys(data)).toEqual(['config.yaml', `${module}.py`]);
  expect(data[`${module}.py`]).toContain(`\n${name} = `);
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

test('a proxy reports to a stack that is declared after it', () => {
  const manifests = synth((scope) => {
    ModelAPI.proxy(scope, 'llm', { models: ['gpt-4o'] });
    new TelemetryStack(scope, 'telemetry', { exporters: [OtlpExporter.signoz()] });
  });
  expect(envOf(find(manifests, 'Deployment', 'modelapi-llm'))).toMatchObject({ OTEL_EXPORTER: 'otlp_grpc' });
  const { data } = find(manifests, 'ConfigMap', 'litellm-config-llm');
  expect(parse(data['config.yaml']).litellm_settings.callbacks).toEqual(['wrong_key.answer', 'otel']);
});

test('a gateway tells where it is and what it serves', () => {
  const models = ['gpt-4o'];
  const modelAPI = ModelAPI.proxy(chart(), 'llm', { models });
  models.push('gpt-4');
  expect(modelAPI.url).toBe('http://modelapi-llm.tests.svc.cluster.local:8000');
  expect(modelAPI.models).toEqual(['gpt-4o']);
});

function keyOf(scope: Construct, name: string): SecretValue {
  return { secret: Secret.fromSecretName(scope, `${name}-secret`, name), key: 'api-key' };
}

function configOf(manifests: readonly Manifest[]): ReturnType<typeof JSON.parse> {
  return parse(find(manifests, 'ConfigMap', 'litellm-config-llm').data['config.yaml']);
}

function variablesOf(manifests: readonly Manifest[]): Manifest[] {
  return find(manifests, 'Deployment', 'modelapi-llm').spec.template.spec.containers[0].env;
}

function egressOf(manifests: readonly Manifest[]): Manifest[] {
  return find(manifests, 'NetworkPolicy', 'modelapi-llm').spec.egress;
}

const toInternet = (port: number) => ({
  to: [{ ipBlock: expect.objectContaining({ cidr: '0.0.0.0/0' }) }],
  ports: [{ port, protocol: 'TCP' }],
});

test('one proxy has several providers, each with its key and its way through the firewall', () => {
  const manifests = synth((scope) => {
    const groq = keyOf(scope, 'groq');
    ModelAPI.proxy(scope, 'llm', {
      provider: 'openai',
      apiKey: keyOf(scope, 'openai'),
      models: [
        'gpt-4o',
        { name: 'llama', provider: 'groq', apiKey: groq },
        { name: 'fast/*', provider: 'groq', model: '*', apiKey: groq },
        { name: 'vllm', apiBase: 'http://vllm.models.svc.cluster.local:8000/v1' },
        { name: 'lab', apiBase: 'https://10.1.2.3:8443/v1' },
        { name: 'proxied', apiBase: 'https://llm.example:8443/v1' },
      ],
    });
  });
  expect(configOf(manifests).model_list.map((entry: Manifest) => entry.litellm_params)).toEqual([
    { model: 'openai/gpt-4o', api_key: 'os.environ/PROXY_API_KEY' },
    { model: 'groq/llama', api_key: 'os.environ/PROXY_API_KEY_GROQ_API_KEY' },
    { model: 'groq/*', api_key: 'os.environ/PROXY_API_KEY_GROQ_API_KEY' },
    { model: 'openai/vllm', api_base: 'http://vllm.models.svc.cluster.local:8000/v1' },
    { model: 'openai/lab', api_base: 'https://10.1.2.3:8443/v1' },
    { model: 'openai/proxied', api_base: 'https://llm.example:8443/v1' },
  ]);
  expect(variablesOf(manifests).slice(1, 3)).toEqual([
    { name: 'PROXY_API_KEY', valueFrom: { secretKeyRef: { name: 'openai', key: 'api-key' } } },
    { name: 'PROXY_API_KEY_GROQ_API_KEY', valueFrom: { secretKeyRef: { name: 'groq', key: 'api-key' } } },
  ]);
  const egress = egressOf(manifests);
  expect(egress).toHaveLength(4);
  expect(egress).toContainEqual(toInternet(443));
  expect(egress).toContainEqual({
    to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'models' } } }],
  });
  expect(egress).toContainEqual({
    to: [toInternet(8443).to[0], { ipBlock: { cidr: '10.1.2.3/32' } }],
    ports: [{ port: 8443, protocol: 'TCP' }],
  });
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

test('a proxy in front of a hosted model calls it, and nothing outside', () => {
  const manifests = synth((scope) => {
    const apiBase = ModelAPI.hosted(scope, 'ollama', { models: ['smollm2:135m'] });
    ModelAPI.proxy(scope, 'llm', { apiBase, models: [{ name: 'small', model: 'smollm2:135m' }] });
  });
  expect(configOf(manifests).model_list[0].litellm_params).toEqual({
    model: 'openai/smollm2:135m',
    api_base: 'os.environ/PROXY_API_BASE',
    api_key: 'none',
  });
  expect(variablesOf(manifests)).toContainEqual({
    name: 'PROXY_API_BASE',
    value: 'http://modelapi-ollama.tests.svc.cluster.local:11434/v1',
  });
  const [first, dns, ...rest] = egressOf(manifests);
  expect(first).toEqual({
    to: [{ podSelector: { matchLabels: { app: 'modelapi', modelapi: 'ollama' } } }],
    ports: [{ port: 11434, protocol: 'TCP' }],
  });
  expect(dns.ports[0].port).toBe(53);
  expect(rest).toEqual([]);
  expect(find(manifests, 'NetworkPolicy', 'modelapi-ollama').spec.ingress).toHaveLength(1);
});

test('a proxy shows the key that another one asks for', () => {
  const manifests = synth((scope) => {
    const apiBase = ModelAPI.proxy(scope, 'central', { models: ['gpt-4o'] });
    ModelAPI.proxy(scope, 'llm', { apiBase, models: ['gpt-4o'] });
  });
  expect(configOf(manifests).model_list[0].litellm_params.api_key).toBe('os.environ/PROXY_API_KEY');
  expect(variablesOf(manifests)).toContainEqual({
    name: 'PROXY_API_KEY',
    valueFrom: { secretKeyRef: { name: 'modelapi-central', key: 'master-key' } },
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

test('contents stay out of telemetry unless they are asked for', () => {
  const build = (captureMessageContent?: boolean) =>
    synth((scope) => {
      ModelAPI.proxy(scope, 'llm', { models: ['gpt-4o'], captureMessageContent });
      new TelemetryStack(scope, 'telemetry', { exporters: [OtlpExporter.signoz()], messageContent: 'keep' });
    });
  const variable = { name: 'OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT', value: 'SPAN_ONLY' };
  expect(variablesOf(build())).not.toContainEqual(variable);
  expect(configOf(build()).litellm_settings.turn_off_message_logging).toBe(true);
  expect(variablesOf(build(true))).toContainEqual(variable);
  expect(configOf(build(true)).litellm_settings).not.toHaveProperty('turn_off_message_logging');
  expect(variablesOf(proxy({ captureMessageContent: true }))).not.toContainEqual(variable);
});

test('what its telemetry says of contents counts most', () => {
  const manifests = synth((scope) => {
    const telemetry = { captureMessageContent: true };
    ModelAPI.proxy(scope, 'llm', { models: ['gpt-4o'], captureMessageContent: false, telemetry });
    new TelemetryStack(scope, 'telemetry', { exporters: [OtlpExporter.signoz()], messageContent: 'keep' });
  });
  expect(configOf(manifests).litellm_settings).not.toHaveProperty('turn_off_message_logging');
});

test('a proxy asks nothing of a collector that takes no traces', () => {
  const manifests = synth((scope) => {
    const endpoint = 'http://metrics.monitoring.svc:4317';
    TelemetryStack.fromEndpoint(scope, 'telemetry', { endpoint, signals: ['metrics'] });
    ModelAPI.proxy(scope, 'llm', { models: ['gpt-4o'] });
  });
  expect(configOf(manifests).litellm_settings.callbacks).toEqual(['wrong_key.answer']);
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

test.each<[string, Partial<ModelAPIProxyProps<string>>, string]>([
  ['no model is named', { models: [] }, 'models is empty; name at least one, or "*" for all'],
  ['a name is empty', { models: ['gpt-4o', ' '] }, 'models has an empty name; leave it out'],
  [
    'a model is named twice',
    { models: ['a', 'b', { name: 'a' }] },
    'models has "a" twice; name it once, or give it another provider, address or key',
  ],
  [
    'the provider is a path',
    { provider: 'openai/' },
    `provider is "openai/"; give LiteLLM's name of it, such as openai`,
  ],
  [
    'the provider of a model is a path',
    { models: [{ name: 'a', provider: 'x/' }] },
    `provider of model "a" is "x/"; give LiteLLM's name of it, such as openai`,
  ],
  ['apiBase is no URL', { apiBase: 'models:80' }, 'apiBase is "models:80"; give an http or https URL'],
  [
    'the apiBase of a model is no URL',
    { models: [{ name: 'a', apiBase: 'ftp://a' }] },
    'apiBase of model "a" is "ftp://a"; give an http or https URL',
  ],
  ['a limit is no count', { rpm: 0 }, 'rpm is 0; give a whole number, 1 or more'],
  [
    'a limit of a model is no count',
    { models: [{ name: 'a', maxParallelRequests: 1.5 }] },
    'maxParallelRequests of model "a" is 1.5; give a whole number, 1 or more',
  ],
  [
    'a name has fallbacks twice',
    { models: ['b', { name: 'a', fallbacks: ['b'] }, { name: 'a', provider: 'groq', fallbacks: ['b'] }] },
    'fallbacks of model "a" are given twice; give them once: they are those of the name',
  ],
  [
    'params say what has a property of its own',
    { models: [{ name: 'a', params: { api_base: 'https://a.example' } }] },
    'params of model "a" has api_base; give it by the property for it',
  ],
  [
    'params refer to a variable that nobody sets',
    { models: [{ name: 'a', params: { azure_ad_token: 'os.environ/TOKEN' } }] },
    'params of model "a" takes azure_ad_token from TOKEN, which is not set; set it in env',
  ],
  [
    'a number of a model has no end',
    { models: [{ name: 'a', info: { cost: Infinity } }] },
    'cost of model "a" is Infinity; give a number that has an end',
  ],
  [
    'params hold a key',
    {
      models: [{ name: 'a', params: { aws_secret_access_key: 'abc', aws_session_token: 'os.environ/HOME' } }],
    },
    'params of model "a" holds a key at aws_secret_access_key; put it in a Secret, give it to env, and write os.environ/<variable> there',
  ],
  ['retries is no count', { retries: -1 }, 'retries is -1; give a whole number, 0 or more'],
  ['timeout is nothing', { timeout: Duration.seconds(0) }, 'timeout is 0; give some time'],
  [
    'answers are kept for no time',
    { cache: { ttl: Duration.seconds(0) } },
    'the ttl of cache is 0; give some time, or leave cache out',
  ],
  [
    'several pods would each count for themselves',
    { replicas: 2, rpm: 60 },
    'rpm or tpm is given, and each of several pods would count for itself; give redis, in which the pods count together',
  ],
  [
    'several pods would each count a model for themselves',
    { autoscaling: Autoscaling.cpu({ maxReplicas: 3 }), models: [{ name: 'a', tpm: 60 }] },
    'rpm or tpm is given, and each of several pods would count for itself; give redis, in which the pods count together',
  ],
  [
    'a fallback is not served',
    { models: [{ name: 'a', fallbacks: ['b'] }, 'c'] },
    'fallbacks of model "a" has "b", which is not among the models; give one of a, c',
  ],
  [
    'a model is its own fallback',
    { models: [{ name: 'a', contextWindowFallbacks: ['a'] }] },
    'contextWindowFallbacks of model "a" has the model itself; leave it out there',
  ],
  [
    'a fallback is a pattern',
    { models: ['a', 'x/*'], defaultFallbacks: ['x/*'] },
    'defaultFallbacks has the pattern "x/*"; name one model',
  ],
  [
    'a pattern has fallbacks',
    { models: ['a', { name: 'x/*', fallbacks: ['a'] }] },
    'fallbacks of model "x/*" are those of a pattern; LiteLLM knows them for one model alone; name it, or give defaultFallbacks',
  ],
  [
    'redis is a URL',
    { redis: new RedisConnection({ host: 'redis://redis' }) },
    'the host of redis is "redis://redis"; give a name or an address, without scheme or port',
  ],
  [
    'a key stands in what LiteLLM tells of a model',
    { models: [{ name: 'a', info: { note: 'sk-0123456789abcdef' } }] },
    'models.0.info.note holds what looks like a key of a model provider; put it in a Secret and give a SecretValue',
  ],
])('fails when %s', (_, props, problem) => {
  const build = (scope: Construct) => ModelAPI.proxy(scope, 'llm', { models: ['gpt-4o'], ...props });
  expect(problemsOf(build)).toEqual([`[research/llm] ${problem}`]);
});

test('fails when another gateway does not serve the model, or is given a provider', () => {
  const build = (scope: Construct) => {
    const apiBase = ModelAPI.fromUrl(scope, 'central', { url: 'https://llm.example', models: ['gpt-4o'] });
    ModelAPI.proxy(scope, 'llm', { models: [{ name: 'gpt-4', apiBase, provider: 'openai' }, 'a'] });
    ModelAPI.proxy(scope, 'other', { apiBase, models: ['gpt-4', 'gpt-4o', '*'] });
  };
  expect(problemsOf(build)).toEqual([
    '[research/llm] provider of model "gpt-4" is "openai" beside another gateway; leave it out: the gateway speaks for itself',
    '[research/llm] model "gpt-4" is not served by research/central; give model as one of gpt-4o',
    '[research/other] model "gpt-4" is not served by research/central; give model as one of gpt-4o',
  ]);
});

test('fails when a configuration of your own is wrong, or something is said beside it', () => {
  const config = LiteLLMConfig.fromObject({
    model_list: [{ model_name: 'b', litellm_params: { model: 'b' } }],
  });
  const build = (scope: Construct) =>
    ModelAPI.proxy(scope, 'llm', { config, retries: 1, models: [{ name: 'a', rpm: 1 }, 'b'] });
  expect(problemsOf(build)).toEqual([
    '[research/llm] retries is given beside config; say it in the config, or leave config out',
    '[research/llm] rpm is given beside config; say it in the config, or leave config out',
    '[research/llm] config does not serve the model "a"; give it a model_name in model_list',
  ]);
});
