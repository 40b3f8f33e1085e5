import { App, Chart } from 'cdk8s';
import { Secret } from 'cdk8s-plus-28';
import { ModelAPI } from '../../../constructs';
import {
  type ModelDefaults,
  type ProxyModel,
  resolveModels,
} from '../../../constructs/model-api/proxy-model';
import { chart } from '../../support/synth';

const scope = new Chart(new App(), 'keys');
const own = { secret: Secret.fromSecretName(scope, 'own', 'own'), key: 'key' };
const other = { secret: Secret.fromSecretName(scope, 'other', 'other'), key: 'key' };

function resolve(model: string | ProxyModel, defaults: ModelDefaults = {}) {
  const [resolved] = resolveModels([model], defaults);
  return resolved;
}

test.each([
  ['gpt-4o', undefined, 'gpt-4o'],
  ['gpt-4o', 'openai', 'openai/gpt-4o'],
  ['openai/gpt-4o', 'openai', 'openai/gpt-4o'],
  ['openai/*', 'openai', 'openai/*'],
  ['*', 'nebius', 'nebius/*'],
  ['*', undefined, '*'],
  ['openai-like/x', 'openai', 'openai/openai-like/x'],
])('model %p of provider %p is asked for as %p', (name, provider, target) => {
  expect(resolve(name, { provider })).toMatchObject({ name, target });
});

test('a model can be called by another name than the provider calls it', () => {
  expect(resolve({ name: 'smart', model: 'gpt-4o' }, { provider: 'openai' })).toMatchObject({
    name: 'smart',
    target: 'openai/gpt-4o',
  });
});

test('a model takes what the proxy says of its provider', () => {
  const defaults = { provider: 'openai', apiBase: 'https://models.example/v1', apiKey: own };
  expect(resolve({ name: 'gpt-4o', rpm: 5 }, defaults)).toMatchObject({
    apiBase: defaults.apiBase,
    apiKey: own,
  });
  expect(resolve({ name: 'gpt-4o', provider: 'openai' }, defaults)).toMatchObject({ apiKey: own });
});

test.each<[string, Partial<ProxyModel>]>([
  ['another provider', { provider: 'anthropic' }],
  ['another address', { apiBase: 'https://elsewhere.example/v1' }],
])('the key and address of one provider never reach %s', (_, elsewhere) => {
  const defaults = { provider: 'openai', apiBase: 'https://models.example/v1', apiKey: own };
  const model = { name: 'claude', ...elsewhere };
  expect(resolve(model, defaults)).toMatchObject({ apiKey: undefined, apiBase: elsewhere.apiBase });
  expect(resolve({ ...model, apiKey: other }, defaults)).toMatchObject({ apiKey: other });
});

test('limits of the proxy are those of each model that says nothing else', () => {
  const defaults = { rpm: 60, tpm: 1000, maxParallelRequests: 4 };
  expect(resolve('gpt-4o', defaults)).toMatchObject(defaults);
  expect(resolve({ name: 'gpt-4o', rpm: 5 }, defaults)).toMatchObject({ ...defaults, rpm: 5 });
});

test('another gateway is asked as an OpenAI-compatible provider, with its own key', () => {
  const gateway = ModelAPI.fromUrl(chart(), 'llm', {
    url: 'https://llm.example/v1',
    models: ['openai/gpt-4o'],
    apiKey: other,
  });
  expect(resolve({ name: 'gpt-4o', apiBase: gateway, model: 'openai/gpt-4o' })).toMatchObject({
    target: 'openai/openai/gpt-4o',
    apiBase: 'https://llm.example/v1',
    apiKey: other,
    gateway,
  });
});
