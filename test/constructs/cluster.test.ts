import { App, Chart } from 'cdk8s';
import { Cluster, type ClusterProps, ModelAPI } from '../../constructs';
import { find, synthApp } from '../support/synth';

const LITELLM = 'ghcr.io/berriai/litellm-non_root:v1.108.14';
const DIGEST = `sha256:${'0'.repeat(64)}`;

function imageOf(props: ClusterProps, image?: string): string {
  const manifests = synthApp((app) => {
    Cluster.configure(app, props);
    ModelAPI.proxy(new Chart(app, 'research'), 'llm', { models: ['gpt-4o'], image });
  });
  return find(manifests, 'Deployment', 'modelapi-llm').spec.template.spec.containers[0].image;
}

test.each([
  [LITELLM, 'mirror.example/kaos/berriai/litellm-non_root:v1.108.14'],
  ['library/redis:7', 'mirror.example/kaos/library/redis:7'],
  ['redis:7', 'mirror.example/kaos/redis:7'],
  ['localhost:5000/own:1', 'mirror.example/kaos/own:1'],
])('a mirror takes the place of the registry of %s', (image, mirrored) => {
  expect(imageOf({ imageRegistry: 'mirror.example/kaos' }, image)).toBe(mirrored);
});

test('a digest pins an image, from a mirror too', () => {
  const imageDigests = { [LITELLM]: DIGEST };
  expect(imageOf({ imageDigests, requireDigests: true })).toBe(`${LITELLM}@${DIGEST}`);
  expect(imageOf({ imageDigests, imageRegistry: 'mirror.example' })).toBe(
    `mirror.example/berriai/litellm-non_root:v1.108.14@${DIGEST}`,
  );
});

test('an inner scope has settings of its own', () => {
  const manifests = synthApp((app) => {
    Cluster.configure(app, { domain: 'outer' });
    const inner = new Chart(app, 'inner', { namespace: 'n' });
    Cluster.configure(inner, { domain: 'inner' });
    expect(ModelAPI.proxy(inner, 'llm', { models: ['gpt-4o'] }).url).toBe(
      'http://modelapi-llm.n.svc.inner:8000',
    );
  });
  expect(manifests).not.toHaveLength(0);
});

function problems(build: (app: App) => void): string[] {
  const app = new App();
  build(app);
  return app.node
    .findAll()
    .flatMap(({ node }) => node.validate().map((problem) => `[${node.path}] ${problem}`));
}

test('fails when digests are required and one is missing', () => {
  const build = (app: App) => {
    Cluster.configure(app, { requireDigests: true });
    ModelAPI.proxy(new Chart(app, 'research'), 'llm', { models: ['gpt-4o'] });
  };
  expect(problems(build)).toEqual([
    `[research/llm] image is "${LITELLM}"; give its digest in imageDigests of the cluster, which requires digests`,
  ]);
});

test('fails when a digest is of an image that nothing runs in the scope', () => {
  const build = (app: App) => {
    Cluster.configure(app, { imageDigests: { [LITELLM]: DIGEST, 'own/tools:2': DIGEST } });
    const inner = new Chart(app, 'inner');
    Cluster.configure(inner, { imageDigests: { [LITELLM]: DIGEST } });
    ModelAPI.proxy(inner, 'llm', { models: ['gpt-4o'], image: `${LITELLM}@${DIGEST}` });
    ModelAPI.proxy(new Chart(app, 'outer'), 'llm', { models: ['gpt-4o'] });
  };
  const fix = 'write it as its workload does, or remove it';
  expect(problems(build)).toEqual([
    `[] imageDigests has "own/tools:2", which nothing runs; ${fix}`,
    `[inner] imageDigests has "${LITELLM}", which nothing runs; ${fix}`,
  ]);
});

test('fails when it comes too late', () => {
  const build = (app: App) => {
    new Chart(app, 'research');
    Cluster.configure(app, {});
  };
  expect(problems(build)).toEqual([
    '[] Cluster.configure comes after other constructs; call it before anything is declared in this scope',
  ]);
});

test.each<[ClusterProps, string]>([
  [
    { imageRegistry: 'https://mirror' },
    'imageRegistry is "https://mirror"; give a host with an optional path, without https://',
  ],
  [
    { imageDigests: { 'a:1': 'sha256:0' } },
    'the digest of a:1 is "sha256:0"; give sha256: and 64 hex digits',
  ],
  [{ name: '' }, "the cluster's name is empty; leave it out, or give one"],
  [
    { apiServer: ['10.96.0.1'] },
    'an address of the cluster is "10.96.0.1"; give a CIDR such as 10.96.0.1/32',
  ],
])('fails when settings are wrong: %j', (props, problem) => {
  expect(problems((app) => Cluster.configure(app, props))).toEqual([`[] ${problem}`]);
});
