import * as fc from 'fast-check';
import { podTemplates, title } from '../support/objects';
import { type Manifest } from '../support/synth';
import { type Topology, topologies } from '../support/topology';
import { buildApp, manifestsOf } from '../support/topology-app';
import { NAMES } from '../support/topology-names';
import { CHANGES } from './changes';

jest.setTimeout(300_000);

const SETTINGS = { seed: 20_261_125, numRuns: 30 };

/** Each pod template, by workload. */
function templatesOf(objects: readonly Manifest[]): Map<string, string> {
  return new Map(
    podTemplates(objects).map(({ owner }) => [title(owner), JSON.stringify(owner.spec.template)]),
  );
}

/** Workloads that are in both apps, with different pods. */
function rolledBy(before: Topology, after: Topology): string[] {
  const old = templatesOf(manifestsOf(before));
  const fresh = templatesOf(manifestsOf(after));
  return [...fresh]
    .filter(([name, template]) => old.has(name) && old.get(name) !== template)
    .map(([name]) => name);
}

test.each(Object.entries(CHANGES))('%s', (_, change) => {
  let changes = 0;
  fc.assert(
    fc.property(topologies(), fc.nat(100), (topology, pick) => {
      const result = change(topology, pick);
      fc.pre(result !== undefined);
      changes += 1;
      expect(rolledBy(result.before ?? topology, result.after).sort()).toEqual([...result.rolled].sort());
    }),
    SETTINGS,
  );
  expect(changes).toBeGreaterThan(10);
});

test('the order of declaration changes no byte of an object, and no file', () => {
  fc.assert(
    fc.property(topologies(), fc.integer(), fc.integer(), (topology, one, other) => {
      expect(byName(manifestsOf(topology, one))).toEqual(byName(manifestsOf(topology, other)));
      expect(filesOf(topology, one)).toEqual(filesOf(topology, other));
    }),
    SETTINGS,
  );
});

test('names are those that KAOS gives, whatever the rest of the app is like', () => {
  fc.assert(
    fc.property(topologies(), (topology) => {
      const names = manifestsOf(topology).map(
        ({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`,
      );
      topology.agents.forEach(({ place: { chart } }, index) => {
        const name = `${NAMES.chart(chart)}/agent-${NAMES.agent(index)}`;
        for (const kind of ['Deployment', 'Service', 'NetworkPolicy'])
          expect(names).toContain(`${kind} ${name}`);
      });
      expect(new Set(names).size).toBe(names.length);
    }),
    SETTINGS,
  );
});

/** Objects as text, key order and all, sorted: only the order of documents is that of declaration. */
function byName(objects: readonly Manifest[]): string[] {
  return objects.map((object) => JSON.stringify(object)).sort();
}

function filesOf(topology: Topology, order: number): string[] {
  return buildApp(topology, order)
    .charts.map(({ node }) => node.path)
    .sort();
}
