import { containerEnvironment } from '../../../cli/local/environment';
import { UserError } from '../../../cli/local/errors';
import { type EnvEntry } from '../../../cli/local/objects';
import { buildPlan } from '../../../cli/local/plan';
import { noSecrets } from '../../../cli/local/secrets';
import { Agent, ModelAPI } from '../../../constructs';
import { deployment, planOf, synthesized, workloadOf } from './small-chart';

const secrets = new Map([['keys', new Map([['openai', 'from-the-file']])]]);

function workload(env: readonly EnvEntry[]) {
  return workloadOf(planOf([deployment('agent', 'lead', { container: { env: [...env] } })]), 'lead');
}

function environment(env: readonly EnvEntry[]) {
  return containerEnvironment(workload(env), secrets);
}

describe('a value', () => {
  test.each([
    ['$(A)', 'a'],
    ['<$(A)|$(A)>', '<a|a>'],
    ['$(dashed-name.with_dot)', 'd'],
    ['$(LATER)', '$(LATER)'],
    ['$(SELF)', '$(SELF)'],
    ['$(REFERS)', '$(NONE)'],
    ['$(constructor) $(__proto__) $(toString)', '$(constructor) $(__proto__) $(toString)'],
    ['$$(A)', '$(A)'],
    ['$$$(A)', '$a'],
    ['$$$$(A)', '$$(A)'],
    ['$$', '$'],
    ['$$$', '$$'],
    ['$A ${A} $ 5$', '$A ${A} $ 5$'],
    ['$(A', '$(A'],
    ['$()', '$()'],
    ['$($(A))', '$($(A))'],
    ['$($$A)', '$($$A)'],
    ['', ''],
  ])('%j becomes %j, as in Kubernetes', (value, expanded) => {
    const before = [
      { name: 'A', value: 'a' },
      { name: 'dashed-name.with_dot', value: 'd' },
      { name: 'REFERS', value: '$(NONE)' },
    ];
    const after = [{ name: 'LATER', value: 'x' }];
    expect(environment([...before, { name: 'SELF', value }, ...after]).SELF).toBe(expanded);
  });

  test('is empty when none is stated, and the last of a name wins', () => {
    expect(environment([{ name: 'A' }])).toEqual({ A: '' });
    expect(
      environment([
        { name: 'A', value: '1' },
        { name: 'A', value: '$(A)2' },
      ]),
    ).toEqual({ A: '12' });
  });

  test.each([
    'costs $5, $$10 or $(PRICE)',
    '$$(A) $$$(A) $$$$ $( $) ${x} $$$',
    'a "quoted" \'line\'\nand\tanother: # {no} [yaml] & *anchor | > %\n',
    '5$ – 7$é — 調査 🚀',
    '  kept  ',
    'http://example.com:8000/a?b=c, agent-lead:8000 and /tmp/x',
  ])('that an app gives arrives as it was written: %j', (description) => {
    const plan = buildPlan(
      synthesized((chart) => {
        const modelAPI = ModelAPI.proxy(chart, 'models', { provider: 'openai', models: ['gpt-4o'] });
        new Agent(chart, 'lead', { modelAPI, model: 'gpt-4o', description });
      }),
    );
    const { AGENT_DESCRIPTION } = containerEnvironment(workloadOf(plan, 'lead'), noSecrets);
    expect(AGENT_DESCRIPTION).toBe(description);
  });
});

describe('a source', () => {
  const secretKey = (name: string, key: string, optional?: boolean): EnvEntry => ({
    name: 'KEY',
    valueFrom: { secretKeyRef: { name, key, ...(optional === undefined ? {} : { optional }) } },
  });

  test('a key of a Secret is its value when it is here', () => {
    expect(environment([secretKey('keys', 'openai')])).toEqual({ KEY: 'from-the-file' });
  });

  test('a key of a Secret is a placeholder, or nothing when optional, where no Secrets are given', () => {
    const without = (entry: EnvEntry) => containerEnvironment(workload([entry]), noSecrets);
    expect(without(secretKey('keys', 'openai'))).toEqual({ KEY: 'sk-not-on-this-machine' });
    expect(without(secretKey('keys', 'openai', true))).toEqual({});
    expect(environment([secretKey('keys', 'other', true)])).toEqual({});
  });

  test('a value of a Secret is not expanded, and others may refer to it', () => {
    const dollars = new Map([['keys', new Map([['k', '$$(A)']])]]);
    const env = workload([secretKey('keys', 'k'), { name: 'B', value: 'Bearer $(KEY)' }]);
    expect(containerEnvironment(env, dollars)).toEqual({ KEY: '$$(A)', B: 'Bearer $$(A)' });
  });

  test.each([
    ['status.podIP', '127.0.0.1'],
    ['metadata.name', 'lead'],
    ['metadata.namespace', 'tests'],
    ['metadata.uid', 'lead'],
  ])('field %s is %s', (fieldPath, value) => {
    expect(environment([{ name: 'A', valueFrom: { fieldRef: { fieldPath } } }])).toEqual({ A: value });
  });

  test.each([
    ['another field', { fieldRef: { fieldPath: 'spec.nodeName' } }],
    ['a name that every object has', { fieldRef: { fieldPath: 'toString' } }],
    ['something new', {}],
  ])('fails when it is %s', (_what, valueFrom) => {
    expect(() => environment([{ name: 'NODE', valueFrom }])).toThrow(
      new Error(
        'lead: variable NODE has a source that is not known on this machine; give it a value, a key of a ' +
          'Secret or ConfigMap, or one of the fields status.podIP, metadata.name, metadata.namespace, metadata.uid',
      ),
    );
  });

  describe('that is a key of a ConfigMap', () => {
    const from = (key: string, optional?: boolean) => {
      const configMapKeyRef = { name: 'texts', key, ...(optional !== undefined && { optional }) };
      const lead = deployment('agent', 'lead', {
        container: { env: [{ name: 'A', valueFrom: { configMapKeyRef } }] },
      });
      const texts = ['other', 'tests'].map((namespace) => ({
        metadata: { name: 'texts', namespace, labels: {} },
        data: { a: `$(HOME) of ${namespace}` },
      }));
      return containerEnvironment(workloadOf(planOf([lead], [], texts), 'lead'), secrets);
    };

    test('is its text as it is, and nothing when optional and not there', () => {
      expect(from('a')).toEqual({ A: '$(HOME) of tests' });
      expect(from('b', true)).toEqual({});
    });

    test('fails when it is not there', () => {
      expect(() => from('b')).toThrow(
        new UserError(
          'lead: variable A is key "b" of ConfigMap "texts", which is not there; add it to the chart',
        ),
      );
    });
  });

  test('fails when Secrets are given, and the one that is needed is not among them', () => {
    expect(() => environment([secretKey('keys', 'anthropic')])).toThrow(
      new UserError('lead needs key "anthropic" of Secret "keys", which is not among the Secrets; add it'),
    );
  });
});
