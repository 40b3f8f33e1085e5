import { canonicalProblems } from '../support/canonical';
import { crdSchemaProblems } from '../support/crd-schema';
import { footprintProblems } from '../support/footprint';
import { kubernetesSchemaProblems } from '../support/kubernetes-schema';
import { monokleProblems } from '../support/monokle';
import { podSecurityProblems } from '../support/pod-security';
import { Reachability } from '../support/reachability';
import { semanticProblems } from '../support/semantic-checks';
import { CRD_DIRECTORY, describeWith, KUBERNETES_SCHEMA } from '../support/shared-files';
import { synthesized } from '../support/synthesized';

/** What apps take of a cluster because their authors asked for it. */
const ASKED: readonly string[] = [
  'Deployment ops/mcpserver-cluster: it is given a token for the API server',
  'Deployment ops/mcpserver-cluster: it has an account of its own',
];

const all = synthesized();

test('there is something to check', () => {
  expect(all.flatMap(({ objects }) => objects).length).toBeGreaterThan(20);
});

describe.each(all)('what is synthesized into $directory', ({ objects }) => {
  test('is sound in itself', () => {
    expect(semanticProblems(objects)).toEqual([]);
  });

  test('comes back from the API server as it was sent', () => {
    expect(canonicalProblems(objects)).toEqual([]);
  });

  test('runs restricted', () => {
    expect(podSecurityProblems(objects)).toEqual([]);
  });

  test('takes nothing of the cluster that nobody asked for', () => {
    expect(footprintProblems(objects, ASKED)).toEqual([]);
  });

  test('follows good practice, as Monokle understands it', () => {
    expect(monokleProblems(objects)).toEqual([]);
  });

  test('keeps every pod away from the metadata service of a cloud', () => {
    const network = new Reachability(objects);
    for (const pod of network.pods) expect(network.canReach(pod, '169.254.169.254', 80)).toBe(false);
  });
});

describeWith(KUBERNETES_SCHEMA, 'by the schema of Kubernetes', () => {
  test.each(all)('what is synthesized into $directory is valid', ({ objects }) => {
    expect(kubernetesSchemaProblems(objects)).toEqual([]);
  });
});

describeWith(CRD_DIRECTORY, 'by the schemas of custom resources', () => {
  test.each(all)('what is synthesized into $directory is valid', ({ objects }) => {
    expect(crdSchemaProblems(objects)).toEqual([]);
  });
});
