import { UserError } from '../../../cli/local/errors';
import { hasItsSecrets, secretFiles } from '../../../cli/local/needed-secrets';
import { type EnvEntry, type Volume } from '../../../cli/local/objects';
import { noSecrets } from '../../../cli/local/secrets';
import { deployment, planOf, workloadOf } from './small-chart';

const secrets = new Map([
  [
    'keys',
    new Map([
      ['a', 'value of a'],
      ['b', 'value of b'],
    ]),
  ],
]);

describe('files of a Secret', () => {
  const files = (volume: object, given = secrets as typeof noSecrets) => {
    const filled = { name: 'keys', items: undefined, optional: false, ...volume };
    return Object.fromEntries(secretFiles(filled, given, 'lead'));
  };
  const one = [{ key: 'a', path: 'dir/key' }];

  test('are all its keys, or those that are named, where they are wanted', () => {
    expect(files({})).toEqual({ a: 'value of a', b: 'value of b' });
    expect(files({ items: one })).toEqual({ 'dir/key': 'value of a' });
  });

  test('hold a placeholder where no Secrets are given and the keys are named', () => {
    expect(files({ items: one }, noSecrets)).toEqual({ 'dir/key': 'sk-not-on-this-machine' });
    expect(files({}, noSecrets)).toEqual({});
  });

  test('are left out where they are optional and not there', () => {
    const items = [...one, { key: 'c', path: 'c' }];
    expect(files({ items, optional: true })).toEqual({ 'dir/key': 'value of a' });
    expect(files({ name: 'others', optional: true })).toEqual({});
    expect(files({ items, optional: true }, noSecrets)).toEqual({});
  });

  test('fails when Secrets are given and what is mounted is not among them', () => {
    expect(() => files({ items: [{ key: 'c', path: 'c' }] })).toThrow(
      new UserError('lead needs key "c" of Secret "keys", which is not among the Secrets; add it'),
    );
    expect(() => files({ name: 'others' })).toThrow(
      new UserError('lead mounts Secret "others", which is not among the Secrets; add it'),
    );
  });
});

describe('a workload', () => {
  const workload = (env: EnvEntry[], ...sources: NonNullable<Volume['secret']>[]) => {
    const volumes = sources.map((secret, index) => ({ name: String(index), secret }));
    const volumeMounts = volumes.map(({ name }) => ({ name, mountPath: `/secrets/${name}` }));
    const lead = deployment('agent', 'lead', { container: { env, volumeMounts }, volumes });
    return workloadOf(planOf([lead]), 'lead');
  };
  const variable = (key: string, optional?: boolean): EnvEntry => ({
    name: 'KEY',
    valueFrom: { secretKeyRef: { name: 'keys', key, ...(optional !== undefined && { optional }) } },
  });
  const file = (key: string, optional?: boolean) => ({
    secretName: 'keys',
    items: [{ key, path: key }],
    ...(optional !== undefined && { optional }),
  });

  test.each([
    ['a variable', workload([variable('a')])],
    ['a file', workload([], file('a'))],
    ['a whole Secret', workload([], { secretName: 'keys' })],
    ['a variable and a file', workload([variable('a')], file('b'))],
    [
      'what is here, beside what is optional',
      workload([variable('a'), variable('c', true)], file('c', true)),
    ],
  ])('has its Secrets when it needs %s', (_what, it) => {
    expect(hasItsSecrets(it, secrets)).toBe(true);
    expect(hasItsSecrets(it, noSecrets)).toBe(false);
  });

  test.each([
    ['it needs none', workload([])],
    ['a variable is missing', workload([variable('a'), variable('c')])],
    ['a file is missing', workload([variable('a')], file('c'))],
    ['a whole Secret is missing', workload([variable('a')], { secretName: 'others' })],
    ['nothing is here and all is optional', workload([variable('c', true)])],
  ])('has them not when %s', (_when, it) => {
    expect(hasItsSecrets(it, secrets)).toBe(false);
  });
});
