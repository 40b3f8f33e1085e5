import fc from 'fast-check';
import { type Manifest } from '../../support/synth';
import { READS, rulesOf } from './kubernetes-manifests';

test('a role grants each thing that was asked for, and nothing besides', () => {
  const asked = fc.record({
    reads: fc.uniqueArray(resource, { selector: ({ written }) => written, minLength: 1, maxLength: 6 }),
    writes: fc.uniqueArray(
      fc.record({ resource, verbs: fc.uniqueArray(fc.constantFrom(...WRITES), { minLength: 1 }) }),
      { selector: (write) => write.resource.written, maxLength: 4 },
    ),
  });
  fc.assert(
    fc.property(asked, ({ reads, writes }) => {
      const rules = rulesOf({
        resources: reads.map(({ written }) => written),
        allowWrites: Object.fromEntries(writes.map((write) => [write.resource.written, write.verbs])),
      });
      const expected = new Set([
        ...reads.flatMap((each) => each.reads.map((verb) => `${each.stated} ${verb}`)),
        ...writes.flatMap((write) => write.verbs.map((verb) => `${write.resource.stated} ${verb}`)),
      ]);
      expect(granted(rules)).toEqual([...expected].sort());
    }),
    { numRuns: 60 },
  );
});

test('a role does not depend on the order in which things were asked for', () => {
  const resources = ['services', 'pods', 'jobs.batch', 'deployments.apps'];
  expect(rulesOf({ resources })).toEqual(rulesOf({ resources: [...resources].reverse() }));
});

/** What an API server would let an account do, as `group/resource verb`. */
function granted(rules: readonly Manifest[]): string[] {
  return rules
    .flatMap(({ apiGroups, resources, verbs }) =>
      (apiGroups as string[]).flatMap((group) =>
        (resources as string[]).flatMap((name) =>
          (verbs as string[]).map((verb) => `${group}/${name} ${verb}`),
        ),
      ),
    )
    .sort();
}

const GROUPS = ['', 'apps', 'batch', 'networking.k8s.io', 'example.com'];
const SUBRESOURCES = [undefined, 'log', 'scale', 'status'];
const WRITES = ['create', 'update', 'patch', 'delete', 'deletecollection'] as const;

/** A resource as users write it, and as roles state it. */
const resource = fc
  .record({
    plural: fc.constantFrom('pods', 'secrets', 'configmaps', 'services'),
    group: fc.constantFrom(...GROUPS),
    subresource: fc.constantFrom(...SUBRESOURCES),
  })
  .map(({ plural, group, subresource }) => {
    const tail = subresource === undefined ? '' : `/${subresource}`;
    return {
      written: `${plural}${group && `.${group}`}${tail}`,
      stated: `${group}/${plural}${tail}`,
      reads: subresource === undefined ? READS : ['get'],
    };
  });
