import { readdirSync } from 'node:fs';
import { App, Chart, Testing, YamlOutputType } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import { ArgoApplication, type ArgoApplicationProps } from '../../../constructs';
import { schemaErrors } from '../../support/custom-resource';
import { find, type Manifest, synthApp, validationError } from '../../support/synth';

const sync = { repoURL: 'https://git.example.com/agents.git', targetRevision: 'env/prod' };

/** The Application of a chart `support` in the namespace of the same name. */
function application(props: Partial<ArgoApplicationProps> = {}, app = new App()): Manifest {
  const chart = new Chart(app, 'support', { namespace: 'support' });
  const argocd = new Chart(app, 'argocd', { namespace: 'argocd' });
  new ArgoApplication(argocd, 'support', { chart, ...sync, ...props });
  const manifest = find(Testing.synth(argocd), 'Application', 'support');
  expect(schemaErrors(manifest, 'argoproj.io_applications')).toEqual([]);
  return manifest;
}

test('it applies the file of one chart to the namespace of that chart', () => {
  expect(application()).toEqual({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: {
      name: 'support',
      namespace: 'argocd',
      labels: { 'app.kubernetes.io/managed-by': 'cdk8s', 'app.kubernetes.io/part-of': 'argocd' },
      annotations: { 'argocd.argoproj.io/compare-options': 'ServerSideDiff=true' },
    },
    spec: {
      project: 'default',
      destination: { server: 'https://kubernetes.default.svc', namespace: 'support' },
      source: {
        ...sync,
        path: 'dist',
        directory: { include: 'support.k8s.yaml', exclude: 'construct-metadata.json' },
      },
      syncPolicy: {
        automated: { enabled: true, prune: true, selfHeal: true },
        syncOptions: [
          'CreateNamespace=true',
          'ServerSideApply=true',
          'PruneLast=true',
          'ApplyOutOfSyncOnly=true',
          'RespectIgnoreDifferences=true',
        ],
        managedNamespaceMetadata: {
          labels: {
            'pod-security.kubernetes.io/enforce': 'restricted',
            'pod-security.kubernetes.io/warn': 'restricted',
          },
        },
        retry: { limit: 5, backoff: { duration: '10s', factor: 2, maxDuration: '3m' } },
      },
    },
  });
});

test('everything about it can be said otherwise', () => {
  const { metadata, spec } = application({
    path: 'clusters/prod',
    project: 'agents',
    destination: { name: 'prod' },
    automated: false,
    createNamespace: false,
    cascade: true,
    ignoreDifferences: [{ group: 'apps', kind: 'Deployment', jsonPointers: ['/spec/replicas'] }],
  });
  expect(metadata.finalizers).toEqual(['resources-finalizer.argocd.argoproj.io']);
  expect(spec).toMatchObject({
    project: 'agents',
    destination: { name: 'prod', namespace: 'support' },
    source: { path: 'clusters/prod' },
    ignoreDifferences: [{ group: 'apps', kind: 'Deployment', jsonPointers: ['/spec/replicas'] }],
  });
  expect(spec.syncPolicy.automated).toBeUndefined();
  expect(spec.syncPolicy.managedNamespaceMetadata).toBeUndefined();
  expect(spec.syncPolicy.syncOptions).not.toContain('CreateNamespace=true');
});

test('it may leave deleting and hand-made changes alone, and hold pods to less', () => {
  const { syncPolicy } = application({ prune: false, selfHeal: false, podSecurity: 'baseline' }).spec;
  expect(syncPolicy.automated).toEqual({ enabled: true, prune: false, selfHeal: false });
  expect(syncPolicy.managedNamespaceMetadata.labels).toMatchObject({
    'pod-security.kubernetes.io/enforce': 'baseline',
  });
});

test('it finds a chart that is written to a folder', () => {
  const { source } = application(
    {},
    new App({ yamlOutputType: YamlOutputType.FOLDER_PER_CHART_FILE_PER_RESOURCE }),
  ).spec;
  expect(source).toMatchObject({ path: 'dist/support', directory: { include: '*.k8s.yaml' } });
});

test('it finds the files that cdk8s numbers because one chart depends on another', () => {
  const manifests = synthApp((app) => {
    const [first, second] = ['a', 'b'].map((id) => new Chart(app, id, { namespace: id }));
    if (first && second) first.node.addDependency(second);
    const argocd = new Chart(app, 'argocd', { namespace: 'argocd' });
    [first, second].forEach((chart) => {
      if (chart) new ArgoApplication(argocd, chart.node.id, { chart, ...sync });
    });
  });
  const includes = manifests.map(({ spec }) => spec.source.directory.include);
  expect(includes).toEqual(['0001-a.k8s.yaml', '0000-b.k8s.yaml']);
});

test('fails when there is no namespace, repository, revision or directory to speak of', () => {
  const build = () =>
    synthApp((app) => {
      const chart = new Chart(app, 'support');
      new ArgoApplication(new Chart(app, 'argocd'), 'support', {
        chart,
        repoURL: '',
        targetRevision: '',
        path: '/dist',
      });
    });
  expect(build).toThrow(
    validationError(
      '[argocd/support] the chart support has no namespace; give it the one that Argo CD is to apply it to',
      '[argocd/support] repoURL is ""; give the address of a Git repository',
      '[argocd/support] targetRevision is empty; give a branch such as env/prod',
      '[argocd/support] path is "/dist"; give a directory of the repository, without ".." and "/" at its ends',
    ),
  );
});

test('fails when the files of the App are not divided by chart', () => {
  const build = () => application({}, new App({ yamlOutputType: YamlOutputType.FILE_PER_APP }));
  expect(build).toThrow(
    validationError(
      '[argocd/support] an Application syncs one chart, and the files of this App are not divided by chart; ' +
        'give the App the yamlOutputType FILE_PER_CHART or FOLDER_PER_CHART_FILE_PER_RESOURCE',
    ),
  );
});

test('the numbers and names of files are those that cdk8s writes', () => {
  const outdir = Testing.app().outdir;
  const app = new App({ outdir });
  const other = new Chart(app, 'other', { namespace: 'other' });
  const chart = new Chart(app, 'Support_Team', { namespace: 'support' });
  new k8s.KubeConfigMap(chart, 'map', { metadata: { name: 'map' } });
  chart.node.addDependency(other);
  const argocd = new Chart(app, 'argocd', { namespace: 'argocd' });
  new ArgoApplication(argocd, 'support', { chart, ...sync });
  app.synth();
  const { spec } = argocd.toJson()[0];
  expect(readdirSync(outdir)).toContain(spec.source.directory.include);
});
