import { App, Chart, Testing } from 'cdk8s';
import { Cluster, TelemetryStack } from '../../../constructs';
import { find, synth, validationError } from '../../support/synth';
import { exporters, policyOf } from './stack-manifests';

const READS_PODS = [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] }];

test('by default it has no access to the Kubernetes API', () => {
  const manifests = synth((scope) => new TelemetryStack(scope, 'telemetry', { exporters }));
  expect(manifests.filter(({ kind }) => /Account|Role/.test(kind))).toEqual([]);
  const { spec } = find(manifests, 'Deployment', 'otel-collector-telemetry').spec.template;
  expect(spec.automountServiceAccountToken).toBe(false);
});

test('to look up pods of its namespace it may list those', () => {
  const manifests = synth((scope) => {
    Cluster.configure(scope, { apiServer: ['10.96.0.1/32'] });
    new TelemetryStack(scope, 'telemetry', { exporters, kubernetesAttributes: 'namespace' });
  });
  const name = 'otel-collector-telemetry';
  expect(find(manifests, 'Role', name).rules).toEqual(READS_PODS);
  expect(find(manifests, 'RoleBinding', name)).toMatchObject({
    subjects: [{ kind: 'ServiceAccount', name, namespace: 'tests' }],
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
  });
  expect(find(manifests, 'ServiceAccount', name).automountServiceAccountToken).toBe(false);
  expect(find(manifests, 'Deployment', name).spec.template.spec).toMatchObject({
    serviceAccountName: name,
    automountServiceAccountToken: true,
  });
  expect(policyOf(manifests, 'telemetry').egress).toContainEqual({
    to: [{ ipBlock: { cidr: '10.96.0.1/32' } }],
    ports: [
      { port: 443, protocol: 'TCP' },
      { port: 6443, protocol: 'TCP' },
    ],
  });
  expect(manifests.filter(({ kind }) => kind.startsWith('Cluster'))).toEqual([]);
});

test('to look up pods of the cluster it may list all, under a name that there is once', () => {
  const manifests = synth((scope) => {
    new TelemetryStack(scope, 'telemetry', { exporters, kubernetesAttributes: 'cluster' });
  });
  const name = 'tests-otel-collector-telemetry';
  const role = find(manifests, 'ClusterRole', name);
  const binding = find(manifests, 'ClusterRoleBinding', name);
  expect(role.rules).toEqual(READS_PODS);
  expect(binding).toMatchObject({
    subjects: [{ kind: 'ServiceAccount', name: 'otel-collector-telemetry', namespace: 'tests' }],
    roleRef: { kind: 'ClusterRole', name },
  });
  for (const { metadata } of [role, binding]) expect(metadata).not.toHaveProperty('namespace');
});

test('of two tiers only those that are reported to look up pods', () => {
  const manifests = synth((scope) => {
    const kubernetesAttributes = 'namespace';
    new TelemetryStack(scope, 'telemetry', {
      exporters,
      kubernetesAttributes,
      replicas: 2,
      tailSampling: {},
    });
  });
  const tokenOf = (kind: string, name: string): boolean =>
    find(manifests, kind, name).spec.template.spec.automountServiceAccountToken;
  expect(tokenOf('Deployment', 'otel-collector-telemetry')).toBe(true);
  expect(tokenOf('StatefulSet', 'otel-collector-telemetry-sampler')).toBe(false);
});

test('fails when pods are looked up and nobody knows from where', () => {
  const app = new App();
  const chart = new Chart(app, 'research');
  new TelemetryStack(chart, 'telemetry', { exporters, kubernetesAttributes: 'cluster' });
  expect(() => Testing.synth(chart)).toThrow(
    validationError(
      '[research/telemetry] kubernetesAttributes needs to know its namespace; give its chart one',
    ),
  );
});
