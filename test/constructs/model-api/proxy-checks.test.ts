import { Duration } from 'cdk8s';
import { type Construct } from 'constructs';
import {
  Autoscaling,
  LiteLLMConfig,
  ModelAPI,
  type ModelAPIProxyProps,
  RedisConnection,
} from '../../../constructs';
import { problemsOf } from '../../support/synth';

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
    { models: [{ name: 'a', fallbacks: ['b'] }, { name: 'a', provider: 'azure' }, 'c'] },
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
