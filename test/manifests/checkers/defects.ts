import { semanticProblems } from '../../support/semantic-checks';
import { type Manifest } from '../../support/synth';
import { broken, containerOf, podOf } from './healthy';

/** What is wrong, the objects in which it is, and what is reported of it, all of it. */
export type Defect = [string, Manifest[], ...string[]];

export const D = 'Deployment tests/caller: ';
export const S = 'Service tests/caller: ';
export const N = 'NetworkPolicy tests/caller: ';

/** Each defect is seen, and nothing else. */
export function seeDefects(defects: readonly Defect[]): void {
  test.each(defects)('%s is seen', (_, objects, ...problems) => {
    expect(semanticProblems(objects)).toEqual(problems);
  });
}

export const deployment = (change: (object: Manifest) => void) => broken('Deployment', change);
export const service = (change: (spec: Manifest) => void) => broken('Service', ({ spec }) => change(spec));
export const policy = (change: (spec: Manifest) => void) =>
  broken('NetworkPolicy', ({ spec }) => change(spec));
export const container = (change: (container: Manifest) => void) =>
  deployment((object) => change(containerOf(object)));
export const pod = (change: (pod: Manifest) => void) => deployment((object) => change(podOf(object)));

/** Another object of the namespace. */
export function object(apiVersion: string, kind: string, rest: Manifest = {}, name = 'caller'): Manifest {
  return { apiVersion, kind, metadata: { name, namespace: 'tests' }, ...rest };
}
