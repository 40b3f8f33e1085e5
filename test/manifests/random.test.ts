import { Testing } from 'cdk8s';
import * as fc from 'fast-check';
import { canonicalProblems } from '../support/canonical';
import { crdSchemaProblems } from '../support/crd-schema';
import { footprintProblems } from '../support/footprint';
import { kubernetesSchemaProblems } from '../support/kubernetes-schema';
import { monokleProblems } from '../support/monokle';
import { podSecurityProblems } from '../support/pod-security';
import { semanticProblems } from '../support/semantic-checks';
import { CRD_DIRECTORY, describeWith, KUBERNETES_SCHEMA } from '../support/shared-files';
import { type Manifest } from '../support/synth';
import { type Topology, topologies } from '../support/topology';
import { buildApp, manifestsOf, rememberedManifests } from '../support/topology-app';
import { collectorsOf } from '../support/topology-edges';

jest.setTimeout(300_000);

const RUNS = 1000;
/** The same apps in every run, so that nothing fails today that did not yesterday. */
const SEED = 20_261_125;

const objectsOf = rememberedManifests();

function holds(check: (objects: readonly Manifest[], topology: Topology) => string[], numRuns = RUNS): void {
  const property = fc.property(topologies(), (topology) => {
    expect(check(objectsOf(topology), topology)).toEqual([]);
  });
  fc.assert(property, { seed: SEED, numRuns });
}

/** What collectors that look up pods take of the cluster, which their author asked for. */
function askedFor(topology: Topology): string[] {
  return collectorsOf(topology).flatMap(({ front, space: { podReach } }) => {
    const clusterWide = front.replace(/^\w+ /, '').replace('/', '-');
    const roles = [`ClusterRole ${clusterWide}`, `ClusterRoleBinding ${clusterWide}`];
    return [
      ...(podReach
        ? [`${front}: it is given a token for the API server`, `${front}: it has an account of its own`]
        : []),
      ...(podReach === 'cluster' ? roles.map((role) => `${role}: it is the whole cluster’s`) : []),
    ];
  });
}

test('what is checked is what synthesis makes', () => {
  fc.assert(
    fc.property(topologies(), (topology) => {
      const synthesized = buildApp(topology).charts.flatMap((chart) => Testing.synth(chart));
      expect(manifestsOf(topology).map(asText).sort()).toEqual(synthesized.map(asText).sort());
    }),
    { seed: SEED, numRuns: 10 },
  );
});

function asText(object: Manifest): string {
  return JSON.stringify(object);
}

describe('a thousand random apps', () => {
  test('are sound in themselves', () => holds(semanticProblems));

  test('come back from the API server as they were sent', () => holds(canonicalProblems));

  test('run restricted', () => holds(podSecurityProblems));

  test('take nothing of the cluster that nobody asked for', () =>
    holds((objects, topology) => footprintProblems(objects, askedFor(topology))));

  test('follow good practice, as Monokle understands it: the first of them, for it takes its time', () =>
    holds(monokleProblems, 10));

  describeWith(KUBERNETES_SCHEMA, 'by the schema of Kubernetes', () => {
    test('are valid', () => holds(kubernetesSchemaProblems));
  });

  describeWith(CRD_DIRECTORY, 'by the schemas of custom resources', () => {
    test('are valid', () => holds(crdSchemaProblems));
  });
});
