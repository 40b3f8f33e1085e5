import { type App, Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import { ArgoApplication, ArgoProject, type ArgoProjectProps, ModelAPI } from '../../../constructs';
import { schemaErrors } from '../../support/custom-resource';
import { find, type Manifest, synthApp, validationError } from '../../support/synth';

const repoURL = 'https://git.example.com/agents.git';

function project(
  build: (app: App, project: ArgoProject, argocd: Chart) => void,
  props?: ArgoProjectProps,
): Manifest {
  const manifests = synthApp((app) => {
    const argocd = new Chart(app, 'argocd', { namespace: 'argocd' });
    build(app, new ArgoProject(argocd, 'agents', props), argocd);
  });
  const manifest = find(manifests, 'AppProject', 'agents');
  expect(schemaErrors(manifest, 'argoproj.io_appprojects')).toEqual([]);
  return manifest;
}

/** An Application of a chart with this id, which is its namespace too. */
function apply(id: string, app: App, project: ArgoProject, argocd: Chart): Chart {
  const chart = new Chart(app, id, { namespace: id });
  new ArgoApplication(argocd, `apply-${id}`, { chart, repoURL, targetRevision: `env/${id}`, project });
  return chart;
}

test('it permits what its Applications need, and nothing else', () => {
  const { metadata, spec } = project((app, ...rest) => {
    const research = apply('research', app, ...rest);
    ModelAPI.proxy(apply('models', app, ...rest), 'llm', { models: ['gpt-4o'] });
    new k8s.KubeStatefulSet(research, 'set', { metadata: { name: 'set' } });
    new k8s.KubeConfigMap(research, 'map', { metadata: { name: 'map' } });
    // In no project: what it needs is not permitted.
    new k8s.KubeSecret(new Chart(app, 'other'), 'secret', { metadata: { name: 'secret' } });
  });
  expect(metadata).toEqual({
    name: 'agents',
    namespace: 'argocd',
    labels: { 'app.kubernetes.io/managed-by': 'cdk8s', 'app.kubernetes.io/part-of': 'argocd' },
    annotations: { 'argocd.argoproj.io/sync-wave': '-1' },
  });
  expect(spec).toMatchObject({
    sourceRepos: [repoURL],
    destinations: [
      { server: 'https://kubernetes.default.svc', namespace: 'models' },
      { server: 'https://kubernetes.default.svc', namespace: 'research' },
    ],
    clusterResourceWhitelist: [{ group: '', kind: 'Namespace' }],
  });
  const kinds = spec.namespaceResourceWhitelist.map(({ group, kind }: Manifest) => `${group}/${kind}`);
  expect(kinds).toEqual([...kinds].sort());
  expect(kinds).toEqual(
    expect.arrayContaining(['/ConfigMap', '/Service', 'apps/Deployment', 'apps/StatefulSet']),
  );
  expect(kinds).not.toContain('/Secret');
});

test('kinds outside any namespace are permitted when the charts have them', () => {
  const { spec } = project((app, ...rest) => {
    const chart = apply('research', app, ...rest);
    new k8s.KubeClusterRole(chart, 'role', { metadata: { name: 'role' } });
    new k8s.KubeConfigMap(chart, 'map', { metadata: { name: 'map' } });
  });
  expect(spec.clusterResourceWhitelist).toEqual([
    { group: '', kind: 'Namespace' },
    { group: 'rbac.authorization.k8s.io', kind: 'ClusterRole' },
  ]);
  expect(spec.namespaceResourceWhitelist).toEqual([{ group: '', kind: 'ConfigMap' }]);
});

test('kinds that the charts had once can be permitted, so that they are pruned', () => {
  const { spec } = project(
    (app, ...rest) => {
      new k8s.KubeConfigMap(apply('research', app, ...rest), 'map', { metadata: { name: 'map' } });
    },
    { description: 'All agents', additionalKinds: [{ group: 'networking.k8s.io', kind: 'Ingress' }] },
  );
  expect(spec.description).toBe('All agents');
  expect(spec.namespaceResourceWhitelist).toEqual([
    { group: '', kind: 'ConfigMap' },
    { group: 'networking.k8s.io', kind: 'Ingress' },
  ]);
});

test('the order in which Applications come does not matter', () => {
  const build = (ids: string[]) => project((app, ...rest) => ids.forEach((id) => apply(id, app, ...rest)));
  expect(build(['a', 'b'])).toEqual(build(['b', 'a']));
});

test('fails when no Application is in it', () => {
  expect(() => project(() => undefined)).toThrow(
    validationError('[argocd/agents] no Application is in this project; remove it'),
  );
});
