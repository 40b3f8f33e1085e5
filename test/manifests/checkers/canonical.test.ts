import { canonicalProblems } from '../../support/canonical';
import { canonicalQuantity } from '../../support/quantity';
import { type Manifest } from '../../support/synth';
import { container, D, deployment, object, pod, policy, service } from './defects';
import { broken, healthy, withMore } from './healthy';

test('sound objects come back as they are sent', () => {
  expect(canonicalProblems(healthy())).toEqual([]);
});

test('what means everybody may be empty', () => {
  const everybody = {
    podSelector: {},
    policyTypes: ['Ingress'],
    ingress: [{}, { from: [{ namespaceSelector: {} }] }],
  };
  expect(canonicalProblems([object('networking.k8s.io/v1', 'NetworkPolicy', { spec: everybody })])).toEqual(
    [],
  );
});

test.each([
  ['1000m', '1'],
  ['2048Mi', '2Gi'],
  ['1536Mi', '1536Mi'],
  ['1.5Gi', '1536Mi'],
  ['0.5', '500m'],
  [0.5, '500m'],
  ['1000', '1k'],
  ['2000k', '2M'],
  ['1e3', '1k'],
  ['500m', '500m'],
  ['0', '0'],
])('%s is written back as %s', (quantity, canonical) => {
  expect(canonicalQuantity(quantity)).toBe(canonical);
});

const first = 'spec.template.spec.containers.0.';
const defects: [string, Manifest[], ...string[]][] = [
  [
    'quantities in other words',
    container(({ resources }) => {
      resources.requests = { cpu: '1000m', memory: '2048Mi' };
      resources.limits = { cpu: '1.5' };
    }),
    `${D}${first}resources.requests.cpu is "1000m", which comes back as "1"`,
    `${D}${first}resources.requests.memory is "2048Mi", which comes back as "2Gi"`,
    `${D}${first}resources.limits.cpu is "1.5", which comes back as "1500m"`,
  ],
  [
    'the size of a volume as a number',
    pod(({ volumes }) => (volumes[1].emptyDir.sizeLimit = 64)),
    `${D}spec.template.spec.volumes.1.emptyDir.sizeLimit is 64, which comes back as "64"`,
  ],
  [
    'a variable that is empty',
    container(({ env }) => (env[0].value = '')),
    `${D}${first}env.0.value is empty`,
  ],
  ['a list without items', container((one) => (one.args = [])), `${D}${first}args is empty`],
  [
    'a map without keys',
    container((one) => (one.resources.limits = {})),
    `${D}${first}resources.limits is empty`,
  ],
  ['nothing', container((one) => (one.command = null)), `${D}${first}command is null`],
  [
    'a port list without ports',
    policy(({ ingress, egress }) => (egress[0].ports = ingress ?? [])),
    'NetworkPolicy tests/caller: spec.egress.0.ports is empty',
  ],
  [
    'a file that is empty',
    broken('ConfigMap', ({ data }) => (data.a = '')),
    'ConfigMap tests/caller: data.a is empty',
  ],
  [
    'false that need not be said',
    pod((spec) => (spec.hostNetwork = false)),
    `${D}spec.template.spec.hostNetwork is false, as it would be anyway`,
  ],
  [
    'ports without protocol',
    [
      ...service(({ ports }) => delete ports[0].protocol),
      ...container(({ ports }) => delete ports[0].protocol),
    ],
    'Service tests/caller: spec.ports.0 states no protocol',
    `${D}spec.template.spec.containers.0.ports.0 states no protocol`,
  ],
  [
    'the port of a policy without protocol',
    policy(({ egress }) => delete egress[0].ports[0].protocol),
    'NetworkPolicy tests/caller: spec.egress.0.ports.0 states no protocol',
  ],
  [
    'a Secret in clear text',
    withMore(object('v1', 'Secret', { stringData: { a: 'b' } })),
    'Secret tests/caller: stringData is turned into data',
  ],
  [
    'a role for no resource in particular',
    withMore(
      object('rbac.authorization.k8s.io/v1', 'Role', { rules: [{ resourceNames: [], apiGroups: [''] }] }),
    ),
    'Role tests/caller: rules.0.resourceNames is empty',
  ],
  [
    'what the server writes',
    deployment((one) => {
      one.metadata.creationTimestamp = '2020-01-01T00:00:00Z';
      one.status = { replicas: 1 };
    }),
    `${D}status is the server's to write`,
    `${D}metadata.creationTimestamp is the server's to write`,
  ],
];
test.each(defects)('%s would not come back as sent', (_, objects, ...problems) => {
  expect(canonicalProblems(objects)).toEqual(problems);
});
