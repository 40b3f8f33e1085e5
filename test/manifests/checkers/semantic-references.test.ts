import { secretsOf } from '../../support/semantic/references';
import { container, D, object, pod, seeDefects } from './defects';
import { broken, withMore } from './healthy';

test('Secrets that must exist are collected', () => {
  const objects = withMore(
    object('v1', 'Pod', {
      spec: {
        imagePullSecrets: [{ name: 'registry' }],
        containers: [{ name: 'a', image: 'a:1', envFrom: [{ secretRef: { name: 'all' } }] }],
        volumes: [
          { name: 'a', secret: { secretName: 'files', items: [{ key: 'b', path: 'b' }] } },
          { name: 'b', projected: { sources: [{ secret: { name: 'projected' } }] } },
          { name: 'c', secret: { secretName: 'perhaps', optional: true } },
        ],
      },
    }),
  );
  expect(secretsOf(objects)).toEqual([
    'tests/all',
    'tests/files b',
    'tests/key api-key',
    'tests/projected',
    'tests/registry',
  ]);
});
describe('references', () =>
  seeDefects([
    [
      'a mount without a volume',
      container(({ volumeMounts }) => volumeMounts.push({ name: 'cache', mountPath: '/cache' })),
      `${D}main mounts a volume that there is not, cache`,
    ],
    [
      'a volume without a mount',
      container(({ volumeMounts }) => volumeMounts.pop()),
      `${D}nothing mounts the volume tmp`,
    ],
    [
      'a ConfigMap that there is not',
      pod(({ volumes }) => (volumes[0].configMap.name = 'nothing')),
      `${D}there is no ConfigMap nothing`,
    ],
    [
      'a ConfigMap of another namespace',
      broken('ConfigMap', ({ metadata }) => (metadata.namespace = 'elsewhere')),
      `${D}there is no ConfigMap caller`,
    ],
    [
      'a file that a ConfigMap has not',
      pod(({ volumes }) => (volumes[0].configMap.items = [{ key: 'a', path: 'a' }])),
      `${D}ConfigMap caller has no key a`,
    ],
    [
      'a key that a ConfigMap has not',
      container(({ env }) =>
        env.push({ name: 'A', valueFrom: { configMapKeyRef: { name: 'caller', key: 'a' } } }),
      ),
      `${D}ConfigMap caller has no key a`,
    ],
    [
      'variables of a ConfigMap that there is not',
      container((one) => (one.envFrom = [{ configMapRef: { name: 'nothing' } }])),
      `${D}there is no ConfigMap nothing`,
    ],
    [
      'an account that there is not',
      pod((spec) => (spec.serviceAccountName = 'nobody')),
      `${D}there is no ServiceAccount nobody`,
    ],
    [
      'a claim that there is not',
      pod(({ volumes }) => (volumes[1] = { name: 'tmp', persistentVolumeClaim: { claimName: 'disk' } })),
      `${D}there is no PersistentVolumeClaim disk`,
    ],
    [
      'an Ingress to a Service that there is not',
      withMore(
        object('networking.k8s.io/v1', 'Ingress', {
          spec: {
            rules: [{ http: { paths: [{ backend: { service: { name: 'nobody', port: { number: 1 } } } }] } }],
          },
        }),
      ),
      'Ingress tests/caller: Service nobody has no port 1',
      'Ingress tests/caller: there is no Service nobody',
    ],
    [
      'credentials of a scaler that there are not',
      withMore(
        object('keda.sh/v1alpha1', 'ScaledObject', {
          spec: {
            scaleTargetRef: { name: 'callee' },
            triggers: [{ type: 'prometheus', authenticationRef: { name: 'a' } }],
          },
        }),
      ),
      'ScaledObject tests/caller: there is no TriggerAuthentication a',
      'ScaledObject tests/caller: Deployment tests/callee states replicas, which it would undo',
    ],
    [
      'a role that there is not, for nobody',
      withMore(
        object('rbac.authorization.k8s.io/v1', 'RoleBinding', {
          roleRef: { kind: 'Role', name: 'reader' },
          subjects: [{ kind: 'ServiceAccount', name: 'nobody' }],
        }),
      ),
      'RoleBinding tests/caller: there is no Role reader',
      'RoleBinding tests/caller: there is no ServiceAccount nobody',
    ],
  ]));
