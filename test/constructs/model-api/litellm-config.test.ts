import { Duration } from 'cdk8s';
import { parse } from 'yaml';
import { type LiteLLMSettings, litellmConfig } from '../../../constructs/model-api/litellm-config';
import {
  type ModelDefaults,
  type ProxyModel,
  resolveModels,
} from '../../../constructs/model-api/proxy-model';

const plain: Omit<LiteLLMSettings, 'models'> = {
  keyVariableOf: () => undefined,
  timeout: Duration.minutes(2),
  reporting: { telemetry: false, captureMessageContent: false },
};

/** LiteLLM reads YAML 1.1, in which `yes` is a boolean and `1_0` a number. */
function config(
  models: readonly (string | ProxyModel)[],
  changes: Partial<LiteLLMSettings> = {},
  defaults: ModelDefaults = {},
): ReturnType<typeof JSON.parse> {
  const text = litellmConfig({ ...plain, ...changes, models: resolveModels(models, defaults) });
  return parse(text, { version: '1.1' });
}

test('the smallest configuration is a list of one model', () => {
  expect(config(['gpt-4o'])).toEqual({
    model_list: [{ model_name: 'gpt-4o', litellm_params: { model: 'gpt-4o' } }],
    litellm_settings: { drop_params: true, request_timeout: 120, callbacks: ['wrong_key.answer'] },
    general_settings: { master_key: 'os.environ/LITELLM_MASTER_KEY' },
  });
});

test('address and key of the provider come from the environment', () => {
  const apiBase = 'https://models.example/v1';
  const changes = { apiBase, keyVariableOf: () => 'PROXY_API_KEY' };
  expect(config(['gpt-4o'], changes, { apiBase }).model_list[0].litellm_params).toEqual({
    model: 'gpt-4o',
    api_base: 'os.environ/PROXY_API_BASE',
    api_key: 'os.environ/PROXY_API_KEY',
  });
});

test('a model says what is particular to it', () => {
  const model: ProxyModel = {
    name: 'smart',
    provider: 'anthropic',
    model: 'claude',
    apiBase: 'https://claude.example',
    rpm: 60,
    tpm: 90_000,
    maxParallelRequests: 4,
    timeout: Duration.seconds(30),
    streamTimeout: Duration.millis(1500),
    info: { input_cost_per_token: 1e-7, mode: 'chat', supports_vision: true },
  };
  const { model_list, router_settings } = config([model], { apiBase: 'https://models.example/v1' });
  expect(model_list).toEqual([
    {
      model_name: 'smart',
      litellm_params: {
        model: 'anthropic/claude',
        api_base: 'https://claude.example',
        rpm: 60,
        tpm: 90_000,
        max_parallel_requests: 4,
        timeout: 30,
        stream_timeout: 1.5,
      },
      model_info: { input_cost_per_token: 1e-7, mode: 'chat', supports_vision: true },
    },
  ]);
  expect(router_settings).toEqual({ optional_pre_call_checks: ['enforce_model_rate_limits'] });
});

test('models keep their order', () => {
  const { model_list } = config(['z', 'a', 'm']);
  expect(model_list.map((entry: { model_name: string }) => entry.model_name)).toEqual(['z', 'a', 'm']);
});

test('fallbacks are those of each model, or the default ones, and never the model itself', () => {
  const models = [
    'a',
    'b',
    { name: 'c', fallbacks: ['a'], contextWindowFallbacks: ['b'] },
    { name: 'd', fallbacks: [] },
  ];
  expect(config(models, { defaultFallbacks: ['b'], retries: 0 }).router_settings).toEqual({
    num_retries: 0,
    fallbacks: [{ a: ['b'] }, { c: ['a'] }],
    context_window_fallbacks: [{ c: ['b'] }],
  });
});

test('where there are patterns, LiteLLM is told which models have no fallbacks', () => {
  const models = ['a', 'openai/*', { name: 'd', fallbacks: [] }];
  expect(config(models, { defaultFallbacks: ['a'] }).router_settings).toEqual({
    fallbacks: [{ a: [] }, { d: [] }],
    default_fallbacks: ['a'],
  });
});

test('pods count and answer together in redis', () => {
  const redis = { hasPassword: true, tls: true, namespace: 'kaos.tests.llm' };
  const { router_settings, litellm_settings } = config(['a'], { redis, cacheTtl: Duration.minutes(10) });
  expect(router_settings).toEqual({
    redis_host: 'os.environ/REDIS_HOST',
    redis_port: 'os.environ/REDIS_PORT',
    redis_password: 'os.environ/REDIS_PASSWORD',
    cache_kwargs: { namespace: 'kaos.tests.llm', ssl: true },
  });
  expect(litellm_settings).toMatchObject({
    cache: true,
    cache_params: {
      type: 'redis',
      host: 'os.environ/REDIS_HOST',
      port: 'os.environ/REDIS_PORT',
      password: 'os.environ/REDIS_PASSWORD',
      ssl: true,
      ttl: 600,
      namespace: 'kaos.tests.llm',
    },
  });
});

test('without redis each pod remembers its own answers', () => {
  expect(config(['a'], { cacheTtl: Duration.minutes(10) }).litellm_settings).toMatchObject({
    cache: true,
    cache_params: { type: 'local', ttl: 600 },
  });
});

test.each([
  'say "hi"',
  "it's",
  'two\nlines',
  'a: b # c',
  '- x',
  'yes',
  '1_0',
  '1e-7',
  '&a',
  '${HOME}',
  'ünï',
  '\u0007',
])('the model name %j survives', (model) => {
  expect(config([model]).model_list[0]).toEqual({ model_name: model, litellm_params: { model } });
});

test('a small number keeps the point without which PyYAML takes it for a text', () => {
  const models = resolveModels([{ name: 'a', info: { input_cost_per_token: 1e-7 } }], {});
  expect(litellmConfig({ ...plain, models })).toContain('input_cost_per_token: 1.0e-7\n');
});

test('with telemetry, requests are reported without their contents', () => {
  const reporting = { telemetry: true, captureMessageContent: false };
  expect(config(['a'], { reporting })).toMatchObject({
    litellm_settings: {
      callbacks: ['wrong_key.answer', 'otel'],
      turn_off_message_logging: true,
      redact_user_api_key_info: true,
    },
    callback_settings: { otel: { message_logging: false } },
  });
});

test('contents are reported when that is asked for', () => {
  const { litellm_settings, callback_settings } = config(['a'], {
    reporting: { telemetry: true, captureMessageContent: true },
  });
  expect(litellm_settings).toEqual({
    drop_params: true,
    request_timeout: 120,
    callbacks: ['wrong_key.answer', 'otel'],
    redact_user_api_key_info: true,
  });
  expect(callback_settings).toEqual({ otel: { message_logging: true } });
});
