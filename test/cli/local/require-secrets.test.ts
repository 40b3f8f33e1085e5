import { UserError } from '../../../cli/local/errors';
import { type EnvEntry } from '../../../cli/local/objects';
import { requireSecrets } from '../../../cli/local/require-secrets';
import { noSecrets } from '../../../cli/local/secrets';
import { deployment, planOf } from './small-chart';

const variable = (name: string, key: string, optional = false): EnvEntry => ({
  name: `${name}_${key}`,
  valueFrom: { secretKeyRef: { name, key, optional } },
});
const volume = (name: string, secret: object) => ({ name, secret: { secretName: name, ...secret } });
const mount = (name: string) => ({ name, mountPath: `/secrets/${name}` });

const { workloads } = planOf([
  deployment('modelapi', 'models', {
    container: { env: [variable('models', 'a'), variable('models', 'a'), variable('models', 'b', true)] },
  }),
  deployment('agent', 'lead', {
    container: { env: [variable('keys', 'lead')], volumeMounts: ['keys', 'whole', 'extra'].map(mount) },
    volumes: [
      volume('keys', { items: [{ key: 'file', path: 'file' }] }),
      volume('whole', {}),
      volume('extra', { optional: true }),
    ],
  }),
]);

const all = { models: { a: '1' }, keys: { lead: '2', file: '3' }, whole: { empty: '' } };
const secretsOf = (secrets: Readonly<Record<string, Readonly<Record<string, string>>>>) =>
  new Map(Object.entries(secrets).map(([name, keys]) => [name, new Map(Object.entries(keys))]));

test('all that is needed is enough, and so is nothing at all', () => {
  expect(() => requireSecrets(workloads, secretsOf(all))).not.toThrow();
  expect(() => requireSecrets(workloads, noSecrets)).not.toThrow();
});

test('fails when one key is missing, or empty', () => {
  expect(() => requireSecrets(workloads, secretsOf({ ...all, models: {} }))).toThrow(
    new UserError('models needs key "a" of Secret "models", which is not among the Secrets; add it'),
  );
  expect(() => requireSecrets(workloads, secretsOf({ ...all, models: { a: '' } }))).toThrow(
    new UserError('models needs key "a" of Secret "models", which is empty; give it a value'),
  );
});

test('fails with all that is missing, each once', () => {
  expect(() => requireSecrets(workloads, secretsOf({ models: { b: '1' } }))).toThrow(
    new UserError(
      [
        'the Secrets that are given are not all that is needed:',
        '  models needs key "a" of Secret "models", which is not among the Secrets; add it',
        '  lead needs key "lead" of Secret "keys", which is not among the Secrets; add it',
        '  lead needs key "file" of Secret "keys", which is not among the Secrets; add it',
        '  lead mounts Secret "whole", which is not among the Secrets; add it',
      ].join('\n'),
    ),
  );
});
