import { type Manifest } from '../../support/synth';
import { container, D, object, seeDefects } from './defects';
import { withMore } from './healthy';

const REPOSITORY = 'https://git.example.com/agents.git';

function application(spec: Manifest = {}): Manifest {
  const destination = { namespace: 'tests', server: 'https://kubernetes.default.svc' };
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'app', namespace: 'argocd' },
    spec: { project: 'agents', destination, source: { repoURL: REPOSITORY, path: 'dist' }, ...spec },
  };
}

function project(spec: Manifest = {}): Manifest {
  const kinds = [
    ['', 'ConfigMap'],
    ['', 'Service'],
    ['apps', 'Deployment'],
    ['networking.k8s.io', 'NetworkPolicy'],
  ];
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AppProject',
    metadata: { name: 'agents', namespace: 'argocd' },
    spec: {
      sourceRepos: [REPOSITORY],
      destinations: [{ namespace: 'tests', server: 'https://kubernetes.default.svc' }],
      namespaceResourceWhitelist: kinds.map(([group, kind]) => ({ group, kind })),
      ...spec,
    },
  };
}

const A = 'Application argocd/app: ';
const filled = object('external-secrets.io/v1', 'ExternalSecret', {
  spec: { target: { name: 'key' }, data: [{ secretKey: 'api-key' }] },
});
const askingFor = (key: string) =>
  container(({ env }) => env.push({ name: 'OTHER', valueFrom: { secretKeyRef: { name: 'key', key } } }));

describe('delivery', () =>
  seeDefects([
    ['nothing', withMore(application(), project())],
    ['nothing of the default project', withMore(application({ project: 'default' }))],
    ['a project that there is not', withMore(application()), `${A}there is no project agents`],
    [
      'a repository that is not permitted',
      withMore(application(), project({ sourceRepos: [] })),
      `${A}its project does not permit its repository`,
    ],
    [
      'a namespace that is not permitted',
      withMore(application(), project({ destinations: [] })),
      `${A}its project does not permit namespace tests`,
    ],
    [
      'a kind that is not permitted',
      withMore(
        application(),
        project({ namespaceResourceWhitelist: [{ group: 'apps', kind: 'Deployment' }] }),
      ),
      ...['/ConfigMap', '/Service', 'networking.k8s.io/NetworkPolicy'].map(
        (kind) => `${A}its project does not permit ${kind} in namespace tests`,
      ),
    ],
    ['nothing about a key that a store fills', [...askingFor('api-key'), filled]],
    [
      'a key that a store does not fill',
      [...askingFor('password'), filled],
      `${D}Secret key is not given a key password`,
    ],
  ]));
