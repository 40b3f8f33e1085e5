import { type Chart } from 'cdk8s';
import { EnvValue } from 'cdk8s-plus-28';
import { type Construct } from 'constructs';
import {
  Agent,
  AlertRules,
  ArgoApplication,
  Autoscaling,
  Callers,
  Exposure,
  ModelAPI,
  OtlpExporter,
  TelemetryStack,
} from '../../constructs';
import { findSecrets, refuseSecretCode } from '../../constructs/refuse-secrets';
import { isSecretName } from '../../constructs/secret-shapes';
import { problemsOf } from '../support/synth';

/** Shaped like keys, and opening nothing. */
const MODEL_KEY = `sk-${'a1B2'.repeat(8)}`;

test.each([
  ['a key of a model provider', `sk-proj-${'x'.repeat(40)}`],
  ['a token of GitHub', `ghp_${'A1'.repeat(18)}`],
  ['a token of GitHub', `github_pat_${'A1'.repeat(14)}`],
  ['a token of Hugging Face', `hf_${'A1'.repeat(17)}`],
  ['a key of a payment provider', `sk_live_${'A1'.repeat(12)}`],
  ['a token of Slack', `xoxb-${'1'.repeat(12)}`],
  ['a key of AWS', `AKIA${'A'.repeat(16)}`],
  ['a JSON Web Token', `eyJ${'a'.repeat(12)}.${'b'.repeat(12)}.${'c'.repeat(12)}`],
  ['a bearer token', `Bearer ${'a1B2'.repeat(4)}`],
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
  'a bearer of news',
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

test.each([
  'DB_PASSWORD',
  'PGPASSWORD',
  'OPENAI_API_KEY',
  'client_secret',
  'authorization',
  'x-api-key',
  'signoz-ingestion-key',
  'x-auth-token',
  'x-honeycomb-team',
])('"%s" is the name of a secret', (name) => {
  expect(isSecretName(name)).toBe(true);
});

test.each([
  'MAX_TOKENS',
  'DB_PASSWORD_FILE',
  'monkey',
  'TOKEN_LIMIT',
  'x-scope-orgid',
  'LANGFUSE_PUBLIC_KEY',
])('"%s" is the name of none', (name) => {
  expect(isSecretName(name)).toBe(false);
});

test('fails when a variable or a header holds a secret by its name', () => {
  const build = (scope: Construct) => {
    const headers = { authorization: 'Basic dXNlcg==', 'x-scope-orgid': 'team' };
    new TelemetryStack(scope, 'telemetry', {
      exporters: [OtlpExporter.otlp({ endpoint: 'otlp.example.com:4317', headers })],
    });
    ModelAPI.proxy(scope, 'models', {
      models: ['gpt-4o'],
      env: { DB_PASSWORD: 'hunter2', CACHE_TOKEN: '', SORT_KEY: EnvValue.fromValue('name') },
    });
  };
  expect(problemsOf(build)).toEqual([
    '[research/telemetry] headers of exporter "backend".authorization holds a secret in clear text, going by its name; put it in a Secret and give a SecretValue',
    '[research/models] env.DB_PASSWORD holds a secret in clear text, going by its name; put it in a Secret, and give EnvValue.fromSecretValue(…)',
  ]);
});

test('fails when a key stands in what is not of a workload itself', () => {
  const withPassword = 'https://user:hunter2@example.com/';
  const build = (chart: Chart) => {
    const modelAPI = ModelAPI.proxy(chart, 'models', { models: ['gpt-4o'] });
    new Agent(chart, 'lead', {
      modelAPI,
      model: 'gpt-4o',
      autoscaling: Autoscaling.requests({
        maxReplicas: 1,
        requestsPerMinute: 1,
        prometheusUrl: withPassword,
      }),
      expose: Exposure.ingress({
        host: 'lead.example.com',
        callers: Callers.anywhere(),
        annotations: { 'example.com/auth': MODEL_KEY },
      }),
    });
    new AlertRules(chart, 'alerts', { alertLabels: { webhook: withPassword } });
    new ArgoApplication(chart, 'app', { chart, repoURL: withPassword, targetRevision: 'main' });
  };
  const looks = (path: string, shape = 'a password in a URL') =>
    `${path} holds what looks like ${shape}; put it in a Secret and give a SecretValue`;
  expect(problemsOf(build).filter((problem) => problem.includes('looks like'))).toEqual([
    `[research/lead] ${looks('autoscaling.signal.prometheusUrl')}`,
    `[research/lead] ${looks('annotations.example.com/auth', 'a key of a model provider')}`,
    `[research/alerts] ${looks('alertLabels.webhook')}`,
    `[research/app] ${looks('repoURL')}`,
  ]);
});

test('fails when a tool module holds a key', () => {
  const build = (scope: Construct) =>
    refuseSecretCode(scope, 'tool module "a.ts"', `const key = "${MODEL_KEY}";`);
  expect(problemsOf(build)).toEqual([
    '[research] tool module "a.ts" holds what looks like a key of a model provider; take it from a variable, set in env from a Secret',
  ]);
});

test.each([
  'const url = `redis://${user}:${password}@${host}`;',
  'if (!pem.startsWith("-----BEGIN PRIVATE KEY-----")) throw new TypeError();',
])('code that only deals with keys holds none: %s', (code) => {
  expect(problemsOf((scope) => refuseSecretCode(scope, 'it', code))).toEqual([]);
});
