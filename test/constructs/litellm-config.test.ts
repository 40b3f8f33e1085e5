import { parse } from 'yaml';
import { type LiteLLMConfig, litellmConfig } from '../../constructs/litellm-config';

const plain: LiteLLMConfig = {
  models: ['gpt-4o'],
  provider: undefined,
  hasApiBase: false,
  hasApiKey: false,
  telemetry: false,
};

/** LiteLLM reads YAML 1.1, in which `yes` is a boolean and `1_0` a number. */
function config(changes: Partial<LiteLLMConfig>): ReturnType<typeof JSON.parse> {
  return parse(litellmConfig({ ...plain, ...changes }), { version: '1.1' });
}

test('the smallest configuration is a list of one model', () => {
  expect(config({})).toEqual({
    model_list: [{ model_name: 'gpt-4o', litellm_params: { model: 'gpt-4o' } }],
    litellm_settings: { drop_params: true },
    general_settings: { master_key: 'os.environ/LITELLM_MASTER_KEY' },
  });
});

test('address and key of the provider come from the environment', () => {
  expect(config({ hasApiBase: true, hasApiKey: true }).model_list[0].litellm_params).toEqual({
    model: 'gpt-4o',
    api_base: 'os.environ/PROXY_API_BASE',
    api_key: 'os.environ/PROXY_API_KEY',
  });
});

test('models keep their order', () => {
  const { model_list } = config({ models: ['z', 'a', 'm'] });
  expect(model_list.map((entry: { model_name: string }) => entry.model_name)).toEqual(['z', 'a', 'm']);
});

test.each([
  ['gpt-4o', undefined, 'gpt-4o'],
  ['gpt-4o', 'openai', 'openai/gpt-4o'],
  ['openai/gpt-4o', 'openai', 'openai/gpt-4o'],
  ['openai/*', 'openai', 'openai/*'],
  ['*', 'nebius', 'nebius/*'],
  ['*', undefined, '*'],
  ['openai-like/x', 'openai', 'openai/openai-like/x'],
])('model %p of provider %p is asked for as %p', (model, provider, expected) => {
  expect(config({ models: [model], provider }).model_list).toEqual([
    { model_name: model, litellm_params: { model: expected } },
  ]);
});

test.each([
  'say "hi"',
  "it's",
  'two\nlines',
  'a: b # c',
  '- x',
  'yes',
  '1_0',
  '&a',
  '${HOME}',
  'ünï',
  '\u0007',
])('the model name %j survives', (model) => {
  expect(config({ models: [model] }).model_list[0]).toEqual({
    model_name: model,
    litellm_params: { model },
  });
});

test('with telemetry, requests are reported without their contents', () => {
  expect(config({ telemetry: true })).toMatchObject({
    litellm_settings: { drop_params: true, callbacks: ['otel'], turn_off_message_logging: true },
    callback_settings: { otel: { message_logging: false } },
  });
});
