import { kubernetesSchemaProblems } from '../../support/kubernetes-schema';
import { describeWith, KUBERNETES_SCHEMA } from '../../support/shared-files';
import { type Manifest } from '../../support/synth';
import { broken, containerOf, healthy, podOf, withMore } from './healthy';

const deployment = (change: (object: Manifest) => void) => broken('Deployment', change);

describeWith(KUBERNETES_SCHEMA, 'the schema of Kubernetes', () => {
  test('has nothing against sound objects', () => {
    expect(kubernetesSchemaProblems(healthy())).toEqual([]);
  });

  const defects: [string, () => Manifest[], string][] = [
    [
      'an unknown field at the top',
      () => deployment((object) => (object.specs = {})),
      'Deployment tests/caller: / must NOT have additional properties (specs)',
    ],
    [
      'an unknown field far down',
      () => deployment((object) => (containerOf(object).livenessProbe.httpGet.pathh = '/')),
      'Deployment tests/caller: /spec/template/spec/containers/0/livenessProbe/httpGet must NOT have additional properties (pathh)',
    ],
    [
      'a field that later versions added',
      () => deployment((object) => (containerOf(object).lifecycle = { preStop: { sleep: { seconds: 5 } } })),
      'Deployment tests/caller: /spec/template/spec/containers/0/lifecycle/preStop must NOT have additional properties (sleep)',
    ],
    [
      'a number as text',
      () => deployment((object) => (object.spec.replicas = '2')),
      'Deployment tests/caller: /spec/replicas must be integer',
    ],
    [
      'a number too large',
      () => deployment((object) => (object.spec.replicas = 2 ** 40)),
      'Deployment tests/caller: /spec/replicas must match format "int32"',
    ],
    [
      'a variable that is a number',
      () => deployment((object) => (containerOf(object).env[0].value = 5)),
      'Deployment tests/caller: /spec/template/spec/containers/0/env/0/value must be string',
    ],
    [
      'a field left out',
      () => deployment((object) => delete object.spec.selector),
      "Deployment tests/caller: /spec must have required property 'selector'",
    ],
    [
      'a quantity that is none',
      () => deployment((object) => (containerOf(object).resources.requests.cpu = '100mm')),
      `Deployment tests/caller: /spec/template/spec/containers/0/resources/requests/cpu must match pattern "^[+-]?(\\d+(\\.\\d*)?|\\.\\d+)([numkMGTPE]|[KMGTPE]i|[eE][+-]?\\d+)?$"`,
    ],
    [
      'a port that is neither name nor number',
      () => deployment((object) => (containerOf(object).livenessProbe.httpGet.port = {})),
      'Deployment tests/caller: /spec/template/spec/containers/0/livenessProbe/httpGet/port must be integer,string',
    ],
    [
      'a list where an object belongs',
      () => deployment((object) => (podOf(object).securityContext = [])),
      'Deployment tests/caller: /spec/template/spec/securityContext must be object',
    ],
    [
      'a kind that there is not',
      () => withMore({ apiVersion: 'apps/v1', kind: 'Deploymint', metadata: { name: 'a' } }),
      'Deploymint a: there is no Deploymint in apps/v1',
    ],
    [
      'a version that there is no longer',
      () => withMore({ apiVersion: 'policy/v1beta1', kind: 'PodDisruptionBudget', metadata: { name: 'a' } }),
      'PodDisruptionBudget a: there is no PodDisruptionBudget in policy/v1beta1',
    ],
  ];
  test.each(defects)('sees %s', (_, objects, problem) => {
    expect(kubernetesSchemaProblems(objects())).toEqual([problem]);
  });
});
