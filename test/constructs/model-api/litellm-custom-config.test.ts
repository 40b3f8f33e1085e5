import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { LiteLLMConfig } from '../../../constructs';

const smallest = { model_list: [{ model_name: 'gpt-4o', litellm_params: { model: 'openai/gpt-4o' } }] };
const silent = { telemetry: false, captureMessageContent: false };
const reporting = { telemetry: true, captureMessageContent: false };

function problems(config: Record<string, unknown>, models = ['gpt-4o'], variables: string[] = []) {
  return LiteLLMConfig.fromObject(config)
    .problems(models, variables)
    .map((problem) => problem.join('; '));
}

function complete(config: Record<string, unknown>, settings = reporting): ReturnType<typeof JSON.parse> {
  return parse(LiteLLMConfig.fromObject(config).complete(settings), { version: '1.1' });
}

describe('a file', () => {
  const directory = mkdtempSync(join(tmpdir(), 'litellm-config-'));
  const path = join(directory, 'litellm.yaml');
  const read = (text: string) => {
    writeFileSync(path, text);
    return LiteLLMConfig.fromFile(path);
  };
  afterAll(() => rmSync(directory, { recursive: true }));

  test('is read as LiteLLM reads it', () => {
    const config = read(`
model_list:
  - &gpt
    model_name: gpt-4o
    litellm_params: { model: openai/gpt-4o, drop_params: yes }
  - <<: *gpt
    model_name: mini
`);
    expect(config.problems(['gpt-4o', 'mini'], [])).toEqual([]);
    const litellm_params = { model: 'openai/gpt-4o', drop_params: true };
    expect(parse(config.complete(silent)).model_list).toEqual([
      { model_name: 'gpt-4o', litellm_params },
      { model_name: 'mini', litellm_params },
    ]);
  });

  test('fails when it is not YAML, and says where without quoting it', () => {
    const problem = `the config file "${path}" is not YAML: Nested mappings are not allowed in compact mappings at line 2, column 11`;
    expect(read('a: 1\npassword: hunter: 2\n').problems(['gpt-4o'], [])).toEqual([
      [problem, 'correct it there'],
    ]);
  });

  test('fails when it is not there', () => {
    const missing = join(directory, 'missing.yaml');
    expect(LiteLLMConfig.fromFile(missing).problems(['gpt-4o'], [])).toEqual([
      [`the config file "${missing}" cannot be read: ENOENT`, 'give the path of a file'],
    ]);
  });
});

test('what is missing of key, telemetry and privacy is added', () => {
  expect(complete({ ...smallest, litellm_settings: { callbacks: ['prometheus'] } })).toEqual({
    ...smallest,
    litellm_settings: {
      callbacks: ['prometheus', 'wrong_key.answer', 'otel'],
      turn_off_message_logging: true,
      redact_user_api_key_info: true,
    },
    general_settings: { master_key: 'os.environ/LITELLM_MASTER_KEY' },
    callback_settings: { otel: { message_logging: false } },
  });
  expect(complete(smallest, silent)).toEqual({
    ...smallest,
    litellm_settings: { callbacks: ['wrong_key.answer'] },
    general_settings: { master_key: 'os.environ/LITELLM_MASTER_KEY' },
  });
});

test('what it says itself stays', () => {
  const own = {
    ...smallest,
    litellm_settings: {
      callbacks: ['wrong_key.answer'],
      success_callback: ['otel'],
      turn_off_message_logging: false,
      redact_user_api_key_info: false,
    },
    general_settings: {
      master_key: 'os.environ/OTHER',
      database_url: 'os.environ/DATABASE_URL',
      custom_auth: 'own_auth.check',
    },
    callback_settings: { otel: { message_logging: true }, langfuse: { a: 1 } },
    router_settings: { num_retries: 3 },
  };
  expect(complete(own)).toEqual(own);
});

test('one callback may be written without a list', () => {
  expect(
    complete({ ...smallest, litellm_settings: { callbacks: 'prometheus' } }).litellm_settings.callbacks,
  ).toEqual(['prometheus', 'wrong_key.answer', 'otel']);
  const both = { callbacks: ['own.callback', 'otel', 'prometheus'] };
  expect(complete({ ...smallest, litellm_settings: both }).litellm_settings.callbacks).toEqual([
    ...['own.callback', 'wrong_key.answer', 'otel', 'prometheus'],
  ]);
  const own = { failure_callback: 'otel' };
  expect(complete({ ...smallest, litellm_settings: own }).litellm_settings.callbacks).toEqual([
    'wrong_key.answer',
  ]);
});

test('names, patterns and aliases serve the models', () => {
  const entry = (model_name: string) => ({ model_name, litellm_params: { model: model_name } });
  expect(problems({ model_list: [entry('*')] }, ['*'])).toEqual([]);
  expect(problems({ model_list: [entry('openai/gpt-*')] }, ['openai/*'])).toEqual([
    'config does not serve the model "openai/*"; give it a model_name in model_list',
  ]);
  expect(problems({ model_list: [entry('openai/*'), entry('local')] }, ['openai/*', 'local'])).toEqual([]);
  const router_settings = { model_group_alias: { fast: 'local' } };
  expect(problems({ model_list: [entry('local')], router_settings }, ['fast', 'local'])).toEqual([]);
});

test.each<[string, Record<string, unknown>, string[]]>([
  ['it has no models', { litellm_settings: {} }, ['config has no model_list; list at least one model there']],
  [
    'a model has no name',
    { model_list: [...smallest.model_list, { litellm_params: {} }] },
    ['config has no model_name in model_list.1; give the name that agents ask for'],
  ],
  [
    'it serves a model that is not declared, and not one that is',
    { model_list: [{ model_name: 'gpt-4', litellm_params: { model: 'openai/gpt-4' } }] },
    [
      'model_name "gpt-4" of config is not among the models; add it to gpt-4o',
      'config does not serve the model "gpt-4o"; give it a model_name in model_list',
    ],
  ],
  [
    'it holds a key, wherever',
    {
      model_list: [{ model_name: 'gpt-4o', litellm_params: { model: 'x', api_key: 'hunter2' } }],
      general_settings: { master_key: 'sk-1' },
      environment_variables: { OPENAI_API_KEY: 'abc' },
      litellm_settings: { cache_params: { password: 'abc', url: 'redis://me:abc@redis:6379' } },
    },
    [
      'model_list.0.litellm_params.api_key',
      'general_settings.master_key',
      'environment_variables.OPENAI_API_KEY',
      'litellm_settings.cache_params.password',
      'litellm_settings.cache_params.url',
    ].map(
      (path) =>
        `config holds a key at ${path}; put it in a Secret, give it to env, and write os.environ/<variable> there`,
    ),
  ],
  [
    'it takes a value from a variable that nobody sets',
    { ...smallest, general_settings: { database_url: 'os.environ/DATABASE_URL' } },
    ['config takes a value from the variable DATABASE_URL, which is not set; set it in env'],
  ],
])('fails when %s', (_, config, expected) => {
  expect(problems(config)).toEqual(expected);
});

test('it tells where its providers are', () => {
  const entry = (litellm_params: object) => ({ model_name: 'gpt-4o', litellm_params });
  const config = LiteLLMConfig.fromObject({
    model_list: [
      entry({ api_base: 'https://a.example' }),
      entry({ base_url: 'https://b.example' }),
      entry({}),
    ],
  });
  expect(config.apiBases).toEqual(['https://a.example', 'https://b.example', undefined]);
});
