import { type App, Chart } from 'cdk8s';
import { ArgoApps, type ArgoAppsProps, ArgoProject } from '../../../constructs';
import { find, type Manifest, synthApp, validationError } from '../../support/synth';

const sync = { repoURL: 'https://git.example.com/agents.git', targetRevision: 'env/prod' };

function applications(ids: string[], props: Partial<ArgoAppsProps> = {}): Manifest[] {
  return synthApp((app) => {
    ids.forEach((id) => new Chart(app, id, { namespace: id }));
    argocd(app, props);
  });
}

function argocd(app: App, props: Partial<ArgoAppsProps>): void {
  const chart = new Chart(app, 'argocd', { namespace: 'argocd' });
  new ArgoApps(chart, 'apps', { charts: app.charts, ...sync, ...props });
}

test('each chart has an Application, in the order of their names, and the one that they are in has none', () => {
  const manifests = applications(['research', 'models', 'support']);
  expect(manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
    'Application models',
    'Application research',
    'Application support',
  ]);
  expect(applications(['support', 'research', 'models'])).toEqual(manifests);
});

test('what is said once holds for all', () => {
  for (const { spec } of applications(['research', 'models'], {
    automated: false,
    destination: { name: 'prod' },
  })) {
    expect(spec.syncPolicy.automated).toBeUndefined();
    expect(spec.destination.name).toBe('prod');
    expect(spec.source).toMatchObject(sync);
  }
});

test('a root applies the file with all the others, and brings their project', () => {
  const manifests = synthApp((app) => {
    new Chart(app, 'research', { namespace: 'research' });
    const chart = new Chart(app, 'argocd', { namespace: 'argocd' });
    const project = new ArgoProject(chart, 'agents');
    new ArgoApps(chart, 'apps', { charts: app.charts, ...sync, project, cascade: true, root: true });
  });
  const { metadata, spec } = find(manifests, 'Application', 'argocd');
  expect(metadata.finalizers).toBeUndefined();
  expect(spec).toMatchObject({
    project: 'default',
    destination: { namespace: 'argocd' },
    source: { directory: { include: 'argocd.k8s.yaml' } },
  });
  expect(spec.syncPolicy.managedNamespaceMetadata).toBeUndefined();
  expect(find(manifests, 'Application', 'research').spec.project).toBe('agents');
  expect(find(manifests, 'AppProject', 'agents').spec.destinations).toEqual([
    { server: 'https://kubernetes.default.svc', namespace: 'research' },
  ]);
});

test('fails when there is no chart to apply', () => {
  expect(() => applications([])).toThrow(
    validationError('[argocd/apps] there is no chart to apply in charts; give at least one'),
  );
});
