import { type Construct } from 'constructs';
import { Agent, ModelAPI } from '../../constructs';
import { findSecrets } from '../../constructs/refuse-secrets';
import { problemsOf } from '../support/synth';

/** Shaped like keys, and opening nothing. */
const MODEL_KEY = `sk-${'a1B2'.repeat(8)}`;

test.each([
  ['a key of a model provider', `sk-proj-${'x'.repeat(40)}`],
  ['a token of GitHub', `ghp_${'A1'.repeat(18)}`],
  ['a token of Slack', `xoxb-${'1'.repeat(12)}`],
  ['a key of AWS', `AKIA${'A'.repeat(16)}`],
  ['a JSON Web Token', `eyJ${'a'.repeat(12)}.${'b'.repeat(12)}.${'c'.repeat(12)}`],
  ['a private key', '-----BEGIN RSA PRIVATE KEY-----'],
  ['a password in a URL', 'redis://user:hunter2@redis:6379'],
])('%s is noticed, however deep', (shape, text) => {
  expect(findSecrets({ a: [{ b: `before ${text} after` }] }, [])).toEqual([{ path: 'a.0.b', shape }]);
});

test.each([
  'task-delegation-received',
  'ask-me-anything-about-kubernetes',
  'https://user@host/',
  'sk-short',
  'AKIA',
])('"%s" is none', (text) => {
  expect(findSecrets({ text }, [])).toEqual([]);
});

test('fails when a prop holds a key, and does not repeat it', () => {
  const build = (scope: Construct) => {
    const modelAPI = ModelAPI.proxy(scope, 'models', {
      models: ['gpt-4o'],
      env: { OPENAI_API_KEY: MODEL_KEY },
    });
    new Agent(scope, 'lead', { modelAPI, model: 'gpt-4o', instructions: `Use ${MODEL_KEY}.` });
  };
  expect(problemsOf(build)).toEqual([
    '[research/models] env.OPENAI_API_KEY holds what looks like a key of a model provider; put it in a Secret and give a SecretValue',
    '[research/lead] instructions holds what looks like a key of a model provider; put it in a Secret and give a SecretValue',
  ]);
});
