import { parse } from 'yaml';
import { withDemoProvider } from '../../../../cli/local/real/litellm';

const demo = { url: 'http://127.0.0.1:1111', running: ['http://127.0.0.1:2222'] };

test('each model is asked for here, by the name that its provider knows', () => {
  const text = withDemoProvider(
    `
model_list:
  - model_name: fast
    litellm_params: {model: azure/my-deployment, api_key: os.environ/KEY, rpm: 5}
    model_info: {id: a}
  - model_name: small
    litellm_params: {model: ollama_chat/llama3:8b, api_base: "http://127.0.0.1:2222"}
  - model_name: "*"
    litellm_params: {model: "openai/*"}
general_settings: {master_key: os.environ/MASTER}
`,
    demo,
  );
  const here = { api_base: 'http://127.0.0.1:1111/v1', api_key: 'sk-demo' };
  expect(parse(text)).toEqual({
    model_list: [
      {
        model_name: 'fast',
        litellm_params: { model: 'openai/my-deployment', rpm: 5, ...here },
        model_info: { id: 'a' },
      },
      {
        model_name: 'small',
        litellm_params: { model: 'ollama_chat/llama3:8b', api_base: 'http://127.0.0.1:2222' },
      },
      { model_name: '*', litellm_params: { model: 'openai/*', ...here } },
    ],
    general_settings: { master_key: 'os.environ/MASTER' },
  });
});

test('refuses what is no configuration', () => {
  for (const text of ['', 'model_list: none', 'model_list: [']) {
    expect(() => withDemoProvider(text, demo)).toThrow('has no model_list; synthesize again');
  }
});
