import { stringify } from 'yaml';
import { loadGatewayConfig } from '../../../../cli/local/gateway/config';

describe('loadGatewayConfig', () => {
  test('reads what LiteLLM reads, with variables in place', () => {
    const text = stringify({
      model_list: [
        {
          model_name: 'gpt-4o',
          litellm_params: { model: 'openai/gpt-4o', api_base: 'os.environ/BASE', api_key: 'os.environ/KEY' },
        },
        { model_name: 'odd "name"\n', litellm_params: { model: 'openai/x', api_base: 'os.environ/NOT_SET' } },
      ],
      litellm_settings: { drop_params: true },
      general_settings: { master_key: 'os.environ/MASTER' },
    });
    expect(loadGatewayConfig(text, { BASE: 'http://upstream/v1/', KEY: 'k', MASTER: 'sk-1' })).toEqual({
      models: [
        { name: 'gpt-4o', target: 'openai/gpt-4o', apiBase: 'http://upstream/v1', apiKey: 'k' },
        { name: 'odd "name"\n', target: 'openai/x', apiBase: undefined, apiKey: undefined },
      ],
      masterKey: 'sk-1',
      fallbacks: new Map(),
    });
  });

  test('reads fallbacks from either section, and lets what limits and caches stand', () => {
    const text = stringify({
      model_list: [
        {
          model_name: 'a',
          litellm_params: { model: 'openai/a', rpm: 10, tpm: 1000, timeout: 5, max_parallel_requests: 2 },
          model_info: { id: 'one' },
        },
      ],
      litellm_settings: {
        cache: true,
        cache_params: { type: 'redis' },
        default_fallbacks: ['x'],
        fallbacks: [{ b: ['c'] }],
      },
      router_settings: { num_retries: 2, fallbacks: [{ a: ['b', 'c'] }, { d: ['a'] }] },
    });
    expect(loadGatewayConfig(text, {}).fallbacks).toEqual(
      new Map([
        ['*', ['x']],
        ['b', ['c']],
        ['a', ['b', 'c']],
        ['d', ['a']],
      ]),
    );
  });

  test.each([
    ['it is empty', '', 'the gateway configuration is null; give a mapping'],
    ['there are no models', 'model_list: []', 'model_list is []; give at least one model'],
    [
      'a model has no name',
      'model_list: [{ litellm_params: { model: openai/x } }]',
      'model_list[0].model_name is missing; give a non-empty string',
    ],
    [
      'a model has no target',
      'model_list: [{ model_name: x }]',
      'model_list[0].litellm_params is missing; give a mapping',
    ],
    [
      'the base is no URL',
      'model_list: [{ model_name: x, litellm_params: { model: openai/x, api_base: upstream } }]',
      'model_list[0].litellm_params.api_base is "upstream"; give an http or https URL',
    ],
    [
      'a key is not a string, which is not shown',
      'model_list: [{ model_name: x, litellm_params: { model: openai/x, api_key: 1234 } }]',
      'model_list[0].litellm_params.api_key is a number; give a string',
    ],
    [
      'fallbacks are no list',
      '{ model_list: [{ model_name: x, litellm_params: { model: y } }], router_settings: { fallbacks: { x: y } } }',
      'router_settings.fallbacks is {"x":"y"}; give a list',
    ],
    [
      'a fallback has no name',
      '{ model_list: [{ model_name: x, litellm_params: { model: y } }], litellm_settings: { fallbacks: [{ x: [1] }] } }',
      'litellm_settings.fallbacks[0].x[0] is 1; give a non-empty string',
    ],
    [
      'the master key is not set',
      '{ model_list: [{ model_name: x, litellm_params: { model: y } }], general_settings: { master_key: os.environ/M } }',
      'general_settings.master_key is "os.environ/M"; give a value to that variable, or no master_key',
    ],
  ])('fails when %s', (_what, text, message) => {
    expect(() => loadGatewayConfig(text, {})).toThrow(new Error(message));
  });

  test('fails when it is not YAML', () => {
    expect(() => loadGatewayConfig('model_list: [', {})).toThrow(/^the gateway configuration is not YAML: /);
  });
});
