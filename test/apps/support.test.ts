import { App, Testing } from 'cdk8s';
import { dev, type Environment, prod, type Production, staging } from '../../apps/environments';
import { Support } from '../../apps/support';
import { differences } from '../support/differences';
import { type Manifest, problemsOf } from '../support/synth';

/** All in one namespace, so that it does not hide what is different besides. */
function manifestsOf(environment: Environment): Manifest[] {
  return Testing.synth(new Support(new App(), 'support', { ...environment, namespace: 'support' }));
}

test('the manifests of development', () => {
  const app = new App();
  new Support(app, 'support-dev', dev);
  expect(app.synthYaml()).toMatchSnapshot();
});

test('what staging has otherwise than development', () => {
  expect(differences(manifestsOf(dev), manifestsOf(staging))).toMatchSnapshot();
});

test('what production has otherwise than staging', () => {
  expect(differences(manifestsOf(staging), manifestsOf(prod))).toMatchSnapshot();
});

test('production survives the loss of a node, and runs what it was tried with', () => {
  const manifests = manifestsOf(prod);
  const images = deployments(manifests).map(({ spec }) => spec.template.spec.containers[0].image);
  images.forEach((image) =>
    expect(image).toMatch(/^registry\.example\.com\/agents\/.+@sha256:[0-9a-f]{64}$/),
  );
  deployments(manifests)
    .filter(({ metadata }) => !metadata.name.startsWith('otel-collector'))
    .forEach(({ metadata, spec }) => {
      expect(spec.replicas).toBe(3);
      expect(manifests).toContainEqual(
        expect.objectContaining({
          kind: 'PodDisruptionBudget',
          metadata: expect.objectContaining({ name: metadata.name }),
        }),
      );
    });
});

test('nothing but development has a Secret that was made by hand', () => {
  const stores = [dev, staging, prod].map((environment) =>
    manifestsOf(environment).some(({ kind }) => kind === 'ExternalSecret'),
  );
  expect(stores).toEqual([false, true, true]);
});

test('a production that does not hold what production must does not compile', () => {
  const {
    redisHost: _redis,
    secretStore: _store,
    imageRegistry: _registry,
    imageDigests: _digests,
    ...rest
  } = prod;
  const stores = { secretStore: prod.secretStore, redisHost: prod.redisHost };
  const images = { imageRegistry: prod.imageRegistry, imageDigests: prod.imageDigests };
  const wrong: Production[] = [
    // @ts-expect-error -- one pod is lost with its node
    { ...prod, replicas: 1 },
    // @ts-expect-error -- a listener without encryption
    { ...prod, gateway: { name: 'public', namespace: 'edge', listener: 'http' } },
    // @ts-expect-error -- keys made by hand, and sessions that are gone with their pod
    { ...rest, ...images },
    // @ts-expect-error -- images from registries of others, under tags that may move
    { ...rest, ...stores },
    // @ts-expect-error -- a tag is no digest
    { ...prod, imageDigests: { 'localhost/cdk8s-kaos/runtime:0.1.0': '0.1.0' } },
  ];
  expect(wrong).toHaveLength(5);
});

test('fails when production has no digest for an image', () => {
  const problems = problemsOf((chart) => new Support(chart, 'support', { ...prod, imageDigests: {} }));
  expect(problems).toContain(
    '[research/support/technician] image is "localhost/cdk8s-kaos/runtime:0.1.0"; ' +
      'give its digest in imageDigests of the cluster, which requires digests',
  );
});

function deployments(manifests: readonly Manifest[]): Manifest[] {
  return manifests.filter(({ kind }) => kind === 'Deployment');
}
