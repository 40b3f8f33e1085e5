import { semanticProblems } from '../../support/semantic-checks';
import { container, D, deployment, N, object, pod, seeDefects } from './defects';
import { broken, healthy, withMore } from './healthy';

const renamed = (kind: string, name: string) => broken(kind, ({ metadata }) => (metadata.name = name));
test('nothing is wrong with sound objects', () => {
  expect(semanticProblems(healthy())).toEqual([]);
});

describe('identity', () =>
  seeDefects([
    ['an object stated twice', withMore(healthy()[0]), 'ConfigMap tests/caller: it is stated twice'],
    [
      'a namespace in a namespace',
      withMore(object('v1', 'Namespace', {}, 'tests')),
      'Namespace tests/tests: there is one for the whole cluster, it has no namespace',
    ],
  ]));

describe('names', () =>
  seeDefects([
    [
      'a name that is none',
      renamed('NetworkPolicy', 'my_policy'),
      'NetworkPolicy tests/my_policy: it cannot be called "my_policy"',
    ],
    [
      'a Service that begins with a digit',
      renamed('Service', '1agent'),
      'Service tests/1agent: it cannot be called "1agent"',
    ],
    [
      'a Service with a long name',
      renamed('Service', 'a'.repeat(64)),
      `Service tests/${'a'.repeat(64)}: it cannot be called "${'a'.repeat(64)}"`,
    ],
    [
      'a pod with dots in its name',
      renamed('Deployment', 'a.b'),
      'Deployment tests/a.b: it cannot be called "a.b"',
    ],
    [
      'a namespace that is none',
      broken('NetworkPolicy', ({ metadata }) => (metadata.namespace = 'Tests')),
      'NetworkPolicy Tests/caller: "Tests" cannot be a namespace',
      'NetworkPolicy Tests/caller: its selector picks no pod',
    ],
    [
      'a label that is none',
      broken('NetworkPolicy', ({ metadata }) => (metadata.labels = { 'a/b/c': 'a b' })),
      `${N}"a/b/c" cannot be the key of a label`,
      `${N}"a b" cannot be the value of label a/b/c`,
    ],
    [
      'a label of a pod that is too long',
      deployment(({ spec }) => (spec.template.metadata.labels.team = 'x'.repeat(64))),
      `${D}"${'x'.repeat(64)}" cannot be the value of label team`,
    ],
    [
      'an annotation with a key that is none',
      broken('NetworkPolicy', ({ metadata }) => (metadata.annotations = { '-a': 'b' })),
      `${N}"-a" cannot be the key of an annotation`,
    ],
    [
      'annotations that are too large',
      broken('NetworkPolicy', ({ metadata }) => (metadata.annotations = { a: 'b'.repeat(262144) })),
      `${N}its annotations have 262145 bytes`,
    ],
    [
      'a file that is none',
      broken('ConfigMap', (map) => (map.data['a/b'] = 'c')),
      'ConfigMap tests/caller: "a/b" cannot be a key',
    ],
    [
      'a container with a bad name',
      container((one) => (one.name = 'Main')),
      `${D}no container can be called "Main"`,
    ],
    [
      'a port with a name too long',
      container(({ ports }) => ports.push({ name: 'sixteen-letters-', containerPort: 1 })),
      `${D}no port of main can be called "sixteen-letters-"`,
    ],
    [
      'two ports of a name',
      container(({ ports }) => ports.push({ name: 'http', containerPort: 8001 })),
      `${D}a port of main is called "http" twice`,
    ],
    [
      'a port stated twice',
      container(({ ports }) => ports.push({ name: 'web', containerPort: 8000 })),
      `${D}main states port 8000/TCP twice`,
    ],
    [
      'a variable stated twice',
      container(({ env }) => env.push({ name: 'GREETING', value: 'a' })),
      `${D}a variable of main is called "GREETING" twice`,
    ],
    [
      'a variable that is none',
      container(({ env }) => env.push({ name: '1ST', value: 'a' })),
      `${D}no variable of main can be called "1ST"`,
    ],
    [
      'two volumes of a name',
      pod(({ volumes }) => volumes.push({ name: 'tmp', emptyDir: {} })),
      `${D}a volume is called "tmp" twice`,
    ],
    [
      'two mounts in one place',
      container(({ volumeMounts }) => volumeMounts.push({ name: 'config', mountPath: '/tmp' })),
      `${D}main has two mounts at /tmp`,
    ],
    [
      'a StatefulSet whose name leaves no room',
      withMore(object('apps/v1', 'StatefulSet', { spec: { serviceName: 'caller' } }, 'a'.repeat(53))).filter(
        ({ kind }) => kind !== 'NetworkPolicy',
      ),
      `StatefulSet tests/${'a'.repeat(53)}: it cannot be called "${'a'.repeat(53)}"`,
      `StatefulSet tests/${'a'.repeat(53)}: its selector is empty`,
    ],
  ]));
