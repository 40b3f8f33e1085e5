import { App, type Chart, Testing } from 'cdk8s';
import { stringify } from 'yaml';
import { ArgoCD } from '../../apps/argocd';
import { dev, prod, staging } from '../../apps/environments';
import { Research } from '../../apps/research';
import { Support } from '../../apps/support';
import { schemaErrors } from '../support/custom-resource';
import { type Manifest } from '../support/synth';

const manifests: Manifest[] = Testing.synth(argocd());
const applications = manifests.filter(({ kind }) => kind === 'Application');

test('what Argo CD is told', () => {
  expect(stringify(manifests)).toMatchSnapshot();
});

test('each stage is applied from its own branch', () => {
  const sources = applications.map(({ metadata, spec }) => [metadata.name, spec.source.targetRevision]);
  expect(sources).toEqual([
    ['research', 'env/dev'],
    ['support-dev', 'env/dev'],
    ['support-staging', 'env/staging'],
    ['argocd', 'env/prod'],
    ['support-prod', 'env/prod'],
  ]);
});

test.each(manifests.map((manifest): [string, Manifest] => [manifest.metadata.name, manifest]))(
  '%s is as its definition has it',
  (_, manifest) => {
    const file = manifest.kind === 'AppProject' ? 'appprojects' : 'applications';
    expect(schemaErrors(manifest, `argoproj.io_${file}`)).toEqual([]);
  },
);

test('every object of every chart is permitted by the project, and in a wave', () => {
  const [project] = manifests.filter(({ kind }) => kind === 'AppProject');
  const permitted = project.spec.namespaceResourceWhitelist.map(
    ({ group, kind }: Manifest) => `${group}/${kind}`,
  );
  const applied = (argocd().node.root as App).charts
    .filter(({ node }) => node.id !== 'argocd')
    .flatMap((chart): Manifest[] => Testing.synth(chart));
  for (const { apiVersion, kind, metadata } of applied) {
    expect(permitted).toContain(`${apiVersion.includes('/') ? apiVersion.split('/')[0] : ''}/${kind}`);
    expect(metadata.annotations['argocd.argoproj.io/sync-wave']).toMatch(/^-?\d+$/);
  }
});

function argocd(): Chart {
  const app = new App();
  return new ArgoCD(app, 'argocd', {
    dev: [new Research(app, 'research'), new Support(app, 'support-dev', dev)],
    staging: [new Support(app, 'support-staging', staging)],
    prod: [new Support(app, 'support-prod', prod)],
  });
}
