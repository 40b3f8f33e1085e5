import { allRules, program } from '../../support/cel-rules';
import { crdSchemaProblems, customKinds } from '../../support/crd-schema';
import { CRD_DIRECTORY, describeWith } from '../../support/shared-files';
import { type Manifest } from '../../support/synth';
import { healthy } from './healthy';

const GATEWAY = 'gateway.networking.k8s.io/v1';

function route(rule: Manifest = {}, spec: Manifest = {}): Manifest {
  return {
    apiVersion: GATEWAY,
    kind: 'HTTPRoute',
    metadata: { name: 'route', namespace: 'tests' },
    spec: {
      parentRefs: [{ name: 'gateway', namespace: 'gateways' }],
      rules: [{ backendRefs: [{ name: 'agent', port: 8000 }], ...rule }],
      ...spec,
    },
  };
}

function scaledObject(spec: Manifest = {}): Manifest {
  const triggers = [{ type: 'prometheus', metadata: { query: 'up', threshold: '5' } }];
  return {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    metadata: { name: 'agent', namespace: 'tests' },
    spec: { scaleTargetRef: { name: 'agent' }, minReplicaCount: 1, triggers, ...spec },
  };
}

const rewrite = {
  type: 'URLRewrite',
  urlRewrite: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/' } },
};
const onPrefix = [{ path: { type: 'PathPrefix', value: '/agents' } }];

describeWith(CRD_DIRECTORY, 'the schemas of custom resources', () => {
  test('have nothing against sound objects, of their own kinds and of others', () => {
    const sound = [route(), route({ filters: [rewrite], matches: onPrefix }), scaledObject(), ...healthy()];
    expect(crdSchemaProblems(sound)).toEqual([]);
  });

  test('do not change what they check', () => {
    const object = route();
    crdSchemaProblems([object]);
    expect(object).toEqual(route());
  });

  test('have rules that can all be judged', () => {
    const rules = customKinds().flatMap(({ schema }) => allRules(schema));
    expect(new Set(rules).size).toBeGreaterThan(60);
    for (const rule of new Set(rules)) expect(() => program(rule)).not.toThrow();
  });

  const defects: [string, Manifest, string][] = [
    [
      'an unknown field',
      route({ retry: { attempts: 2 } }),
      'HTTPRoute tests/route: /spec/rules/0 must NOT have additional properties (retry)',
    ],
    [
      'a value outside its enumeration',
      route({ matches: [{ path: { type: 'Prefix', value: '/' } }] }),
      'HTTPRoute tests/route: /spec/rules/0/matches/0/path/type must be equal to one of the allowed values',
    ],
    [
      'a duration that is none',
      route({ timeouts: { request: '0.5h' } }),
      'HTTPRoute tests/route: /spec/rules/0/timeouts/request must match pattern "^([0-9]{1,5}(h|m|s|ms)){1,4}$"',
    ],
    [
      'a backend without a port (CEL, which knows the kind only by default)',
      route({ backendRefs: [{ name: 'agent' }] }),
      'HTTPRoute tests/route: /spec/rules/0/backendRefs/0 breaks the rule: Must have port for Service reference',
    ],
    [
      'a timeout of the backend longer than that of the request (CEL with durations)',
      route({ timeouts: { request: '10s', backendRequest: '1m' } }),
      'HTTPRoute tests/route: /spec/rules/0/timeouts breaks the rule: backendRequest timeout cannot be longer than request timeout',
    ],
    [
      'a path that does not begin at the root (CEL)',
      route({ matches: [{ path: { type: 'PathPrefix', value: 'agents' } }] }),
      "HTTPRoute tests/route: /spec/rules/0/matches/0/path breaks the rule: value must be an absolute path and start with '/' when type one of ['Exact', 'PathPrefix']",
    ],
    [
      'a prefix replaced that is not matched (CEL)',
      route({ filters: [rewrite], matches: [{ path: { type: 'Exact', value: '/agents' } }] }),
      'HTTPRoute tests/route: /spec/rules/0 breaks the rule: When using URLRewrite filter with path.replacePrefixMatch, exactly one PathPrefix match must be specified',
    ],
    [
      'two parents that are one (CEL)',
      route({}, { parentRefs: [{ name: 'gateway' }, { name: 'gateway' }] }),
      'HTTPRoute tests/route: /spec/parentRefs breaks the rule: sectionName must be unique when parentRefs includes 2 or more references to the same parent',
    ],
    [
      'an item that a map has twice',
      {
        apiVersion: GATEWAY,
        kind: 'Gateway',
        metadata: { name: 'gateway' },
        spec: {
          gatewayClassName: 'any',
          listeners: [80, 81].map((port) => ({ name: 'http', port, protocol: 'HTTP' })),
        },
      },
      'Gateway gateway: /spec/listeners has ["http"] twice',
    ],
    [
      'metadata that is not text',
      scaledObject({ triggers: [{ type: 'prometheus', metadata: { threshold: 5 } }] }),
      'ScaledObject tests/agent: /spec/triggers/0/metadata/threshold must be string',
    ],
    [
      'a version that is not served',
      { ...scaledObject(), apiVersion: 'keda.sh/v1' },
      'ScaledObject tests/agent: nothing defines ScaledObject of keda.sh/v1',
    ],
    [
      'a kind that nothing defines',
      { apiVersion: 'kaos.tools/v1alpha1', kind: 'Agent', metadata: { name: 'lead' } },
      'Agent lead: nothing defines Agent of kaos.tools/v1alpha1',
    ],
  ];
  test.each(defects)('see %s', (_, object, problem) => {
    expect(crdSchemaProblems([object])).toContain(problem);
  });
});
