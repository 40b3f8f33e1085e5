import { footprintProblems } from '../../support/footprint';
import { type Manifest } from '../../support/synth';
import { container, D, object, pod, service } from './defects';
import { broken, healthy, withMore } from './healthy';

/** Put together here, so that nothing that looks for keys stumbles over this file. */
const key = (prefix: string, length = 40) => prefix + 'A1b2C3d4'.repeat(length / 8);

test('sound objects take nothing of the cluster', () => {
  expect(footprintProblems(healthy())).toEqual([]);
});

const value = (text: string) => container(({ env }) => (env[0].value = text));
const inMain = `${D}spec.template.spec.containers.0.env.0.value looks like a key`;
const clusterWide = (kind: string) => withMore(object('a/v1', kind));

const defects: [string, Manifest[], ...string[]][] = [
  [
    'a token',
    pod((spec) => delete spec.automountServiceAccountToken),
    `${D}it is given a token for the API server`,
  ],
  [
    'a token in a volume',
    pod(({ volumes }) =>
      volumes.push({ name: 'token', projected: { sources: [{ serviceAccountToken: { path: 'a' } }] } }),
    ),
    `${D}volume token has a token for the API server in it`,
  ],
  ['an account', pod((spec) => (spec.serviceAccountName = 'deployer')), `${D}it has an account of its own`],
  [
    'a disk',
    pod(({ volumes }) => volumes.push({ name: 'root', hostPath: { path: '/' } })),
    `${D}volume root is a directory of the node`,
  ],
  ['powers', clusterWide('ClusterRole'), 'ClusterRole tests/caller: it is the whole cluster’s'],
  [
    'powers given',
    clusterWide('ClusterRoleBinding'),
    'ClusterRoleBinding tests/caller: it is the whole cluster’s',
  ],
  [
    'a definition',
    clusterWide('CustomResourceDefinition'),
    'CustomResourceDefinition tests/caller: it is the whole cluster’s',
  ],
  [
    'a webhook',
    clusterWide('MutatingWebhookConfiguration'),
    'MutatingWebhookConfiguration tests/caller: it is the whole cluster’s',
  ],
  [
    'a role without bounds',
    withMore(object('rbac.authorization.k8s.io/v1', 'Role', { rules: [{ verbs: ['*'] }] })),
    'Role tests/caller: it grants everything',
  ],
  [
    'a port of the nodes',
    service((spec) => (spec.type = 'LoadBalancer')),
    'Service tests/caller: it opens a port of the nodes, as a LoadBalancer',
  ],
  [
    'values of a Secret',
    withMore(object('v1', 'Secret', { data: { a: 'Yg==' } })),
    'Secret tests/caller: it has the values of a Secret in it',
  ],
  [
    'a password',
    container(({ env }) => env.push({ name: 'DB_PASSWORD', value: 'a' })),
    `${D}main states DB_PASSWORD in plain sight`,
  ],
  ['a key of OpenAI', value(key('sk-proj-')), inMain],
  ['a key of Amazon', value(`AKIA${'A1B2'.repeat(4)}`), inMain],
  ['a key of Google', value(key('AIza')), inMain],
  ['a token of GitHub', value(key('ghp_')), inMain],
  ['a signed token', value(`${key('eyJ', 16)}.${key('eyJ', 16)}.${key('', 16)}`), inMain],
  ['a password in an address', value('redis://user:hunter22@redis:6379'), inMain],
  [
    'a private key in a file',
    broken('ConfigMap', ({ data }) => (data.pem = ['-----BEGIN RSA', 'PRIVATE KEY-----'].join(' '))),
    'ConfigMap tests/caller: data.pem looks like a key',
  ],
];
test.each(defects)('%s is seen', (_, objects, ...problems) => {
  expect(footprintProblems(objects)).toEqual(problems);
});

test('what was asked for may be there, and must be', () => {
  const account = pod((spec) => (spec.serviceAccountName = 'deployer'));
  expect(footprintProblems(account, [`${D}it has an account of its own`])).toEqual([]);
  expect(footprintProblems(healthy(), ['Pod a: it rules'])).toEqual([
    'asked for and not there: Pod a: it rules',
  ]);
});

test.each([
  'http://modelapi-llm.kaos.svc:8000',
  'redis://$(REDIS_USER):$(REDIS_PASSWORD)@redis',
  'sk-',
  'task-force',
])('%s is no key', (text) => {
  expect(footprintProblems(value(text))).toEqual([]);
});
