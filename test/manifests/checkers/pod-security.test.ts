import { podSecurityProblems } from '../../support/pod-security';
import { type Manifest } from '../../support/synth';
import { container, D, pod } from './defects';
import { healthy } from './healthy';

test('sound pods are restricted', () => {
  expect(podSecurityProblems(healthy())).toEqual([]);
});

const context = (change: (context: Manifest) => void) =>
  container(({ securityContext }) => change(securityContext));
const initContainer = { name: 'first', image: 'a:1' };

const defects: [string, Manifest[], ...string[]][] = [
  [
    'namespaces of the host',
    pod((spec) => (spec.hostNetwork = spec.hostPID = true)),
    'hostNetwork is on',
    'hostPID is on',
  ],
  [
    'a disk of the node',
    pod(({ volumes }) => volumes.push({ name: 'root', hostPath: { path: '/' } })),
    'volume root is of kind hostPath',
  ],
  [
    'a setting of the kernel',
    pod((spec) => (spec.securityContext.sysctls = [{ name: 'kernel.msgmax', value: '1' }])),
    'it sets kernel.msgmax',
  ],
  ['privileges', context((one) => (one.privileged = true)), 'main: it is privileged'],
  [
    'privileges to be gained',
    context((one) => delete one.allowPrivilegeEscalation),
    'main: it may gain privileges',
  ],
  [
    'capabilities kept',
    context((one) => (one.capabilities.drop = ['NET_RAW'])),
    'main: it keeps capabilities',
  ],
  [
    'capabilities added',
    context((one) => (one.capabilities.add = ['SYS_ADMIN'])),
    'main: it adds capabilities SYS_ADMIN',
  ],
  ['root allowed', context((one) => (one.runAsNonRoot = false)), 'main: it may run as root'],
  ['the user of many images', context((one) => (one.runAsUser = 1000)), 'main: its user is 1000'],
  ['a group of few', context((one) => (one.runAsGroup = 0)), 'main: its group is 0'],
  [
    'no seccomp profile',
    context((one) => (one.seccompProfile.type = 'Unconfined')),
    'main: it has no seccomp profile',
  ],
  [
    'a root to write to',
    context((one) => (one.readOnlyRootFilesystem = false)),
    'main: it may write to its root',
  ],
  ['another /proc', context((one) => (one.procMount = 'Unmasked')), 'main: its procMount is Unmasked'],
  [
    'a port of the host',
    container(({ ports }) => (ports[0].hostPort = 80)),
    'main: it takes a port of the host',
  ],
  [
    'a probe of another host',
    container(({ livenessProbe }) => (livenessProbe.httpGet.host = '10.0.0.1')),
    'main: the kubelet is to ask another host',
  ],
  [
    'a container that runs before the others',
    pod((spec) => (spec.initContainers = [initContainer])),
    'first: it may gain privileges',
    'first: it keeps capabilities',
    'first: it may write to its root',
  ],
];
test.each(defects)('%s is seen', (_, objects, ...problems) => {
  expect(podSecurityProblems(objects)).toEqual(problems.map((problem) => `${D}${problem}`));
});

test('what the pod says holds for its containers', () => {
  const objects = context((one) => {
    delete one.runAsUser;
    delete one.runAsNonRoot;
    delete one.seccompProfile;
  });
  expect(podSecurityProblems(objects)).toEqual([]);
});
