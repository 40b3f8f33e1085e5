import { callerKey } from '../../../cli/local/caller-key';
import { type EnvEntry } from '../../../cli/local/objects';
import { noSecrets } from '../../../cli/local/secrets';
import { deployment, planOf, workloadOf } from './small-chart';

const secrets = new Map([['callers', new Map([['keys', '\nfirst, second\n']])]]);
const volumes = [{ name: 'keys', secret: { secretName: 'callers', items: [{ key: 'keys', path: 'all' }] } }];

function agent(...env: EnvEntry[]) {
  const container = { env, volumeMounts: [{ name: 'keys', mountPath: '/etc/keys' }] };
  return workloadOf(planOf([deployment('agent', 'lead', { container, volumes })]), 'lead');
}

const fromSecret = { secretKeyRef: { name: 'callers', key: 'keys' } };

test.each([
  ['in a file', agent({ name: 'AGENT_API_KEYS_FILE', value: '/etc/keys/all' })],
  ['in a variable', agent({ name: 'AGENT_API_KEYS', valueFrom: fromSecret })],
])('is the first of those that stand %s, or what stands for them', (_where, it) => {
  expect(callerKey(it, secrets)).toBe('first');
  expect(callerKey(it, noSecrets)).toBe('sk-not-on-this-machine');
});

test('is none where an agent asks for none, or its file is not mounted', () => {
  expect(callerKey(agent(), secrets)).toBeUndefined();
  expect(callerKey(agent({ name: 'AGENT_API_KEYS_FILE', value: '/elsewhere/all' }), secrets)).toBeUndefined();
});
