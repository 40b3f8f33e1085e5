import { Chart, App, Testing } from 'cdk8s';
import { type Construct } from 'constructs';
import fc from 'fast-check';
import { parse } from 'yaml';
import {
  Cluster,
  type KubernetesToolsProps,
  MCPServer,
  type MCPServerProps,
  Tools,
} from '../../../constructs';
import { footprintProblems } from '../../support/footprint';
import { podSecurityProblems } from '../../support/pod-security';
import { semanticProblems } from '../../support/semantic-checks';
import { find, type Manifest, NAMESPACE, problemsOf, synth, synthApp } from '../../support/synth';

const NAME = 'mcpserver-cluster';
const READS = ['get', 'list', 'watch'];

function server(
  scope: Construct,
  props: KubernetesToolsProps,
  options: Partial<MCPServerProps> = {},
): MCPServer {
  return new MCPServer(scope, 'cluster', { tools: Tools.kubernetes(props), ...options });
}

const manifestsOf = (props: KubernetesToolsProps): Manifest[] => synth((scope) => server(scope, props));
const rulesOf = (props: KubernetesToolsProps): Manifest[] =>
  find(manifestsOf(props), 'Role', NAME).rules as Manifest[];
const containerOf = (props: KubernetesToolsProps): Manifest =>
  find(manifestsOf(props), 'Deployment', NAME).spec.template.spec.containers[0];

/** The file by which its tools know the cluster. */
const kubeconfigOf = (props: KubernetesToolsProps): Manifest =>
  parse(find(manifestsOf(props), 'ConfigMap', `${NAME}-tools`).data['kubeconfig.yaml']);
const namespaceOf = (props: KubernetesToolsProps): string =>
  kubeconfigOf(props).contexts[0].context.namespace;

test('what is asked for is read, in the namespace of the server, and nothing is written', () => {
  const manifests = manifestsOf({ resources: ['pods', 'pods/log', 'deployments.apps', 'services'] });
  expect(find(manifests, 'Role', NAME)).toMatchObject({
    metadata: { namespace: NAMESPACE },
    rules: [
      { apiGroups: [''], resources: ['pods', 'services'], verbs: READS },
      { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
      { apiGroups: ['apps'], resources: ['deployments'], verbs: READS },
    ],
  });
  expect(find(manifests, 'RoleBinding', NAME)).toMatchObject({
    subjects: [{ kind: 'ServiceAccount', name: NAME, namespace: NAMESPACE }],
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: NAME },
  });
  expect(manifests.filter(({ kind }) => /^ClusterRole/.test(kind))).toEqual([]);
});

test('its pod, and no other, has the token of its account', () => {
  const manifests = synth((scope) => {
    server(scope, { resources: ['pods'] });
    new MCPServer(scope, 'other', { tools: Tools.image({ image: 'other:1' }) });
  });
  expect(find(manifests, 'ServiceAccount', NAME).automountServiceAccountToken).toBe(false);
  const podOf = (name: string): Manifest => find(manifests, 'Deployment', name).spec.template.spec;
  expect(podOf(NAME)).toMatchObject({ automountServiceAccountToken: true, serviceAccountName: NAME });
  expect(podOf('mcpserver-other').automountServiceAccountToken).toBe(false);
  expect(podOf('mcpserver-other')).not.toHaveProperty('serviceAccountName');
});

test('the manifests are sound, and take no more than they say', () => {
  const manifests = manifestsOf({ resources: ['pods'] });
  expect(semanticProblems(manifests)).toEqual([]);
  expect(podSecurityProblems(manifests)).toEqual([]);
  expect(footprintProblems(manifests)).toEqual([
    `Deployment ${NAMESPACE}/${NAME}: it is given a token for the API server`,
    `Deployment ${NAMESPACE}/${NAME}: it has an account of its own`,
  ]);
});

test('its arguments are those of kubernetes-mcp-server, which answers at /healthz', () => {
  expect(containerOf({ resources: ['pods'] })).toMatchObject({
    image: 'quay.io/containers/kubernetes_mcp_server:v0.0.67',
    args: [
      ...['--port', '8000', '--stateless'],
      ...['--kubeconfig', '/etc/kaos/kubernetes/kubeconfig.yaml', '--cluster-provider', 'disabled'],
      ...['--toolsets', 'core', '--list-output', 'table', '--read-only'],
    ],
    readinessProbe: { httpGet: { path: '/healthz', port: 'http' } },
  });
});

test.each<[string, KubernetesToolsProps['allowWrites'], string[]]>([
  ['nothing', {}, ['--read-only']],
  ['adding', { pods: ['create'] }, ['--disable-destructive']],
  ['adding and deleting', { pods: ['create', 'delete'] }, []],
  ['scaling', { 'deployments.apps/scale': ['update'] }, []],
  ['running commands', { 'pods/exec': ['create'] }, []],
])('who may write by %s has the tools for it', (_, allowWrites, flags) => {
  const { args } = containerOf({ resources: ['pods'], allowWrites });
  expect(args.slice(11)).toEqual(flags);
});

test('in namespaces that are named, and there alone; tools look into the first', () => {
  const props = { resources: ['pods'], namespaces: ['shop', NAMESPACE] };
  const manifests = manifestsOf(props);
  const places = (kind: string): string[] =>
    manifests
      .filter((manifest) => manifest.kind === kind)
      .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
  const expected = [`shop/${NAMESPACE}-${NAME}`, `${NAMESPACE}/${NAME}`];
  expect(places('Role')).toEqual(expected);
  expect(places('RoleBinding')).toEqual(expected);
  expect(places('ServiceAccount')).toEqual([`${NAMESPACE}/${NAME}`]);
  expect(namespaceOf(props)).toBe('shop');
});

test("tools look into the server's own namespace unless another is named", () => {
  expect(namespaceOf({ resources: ['pods'] })).toBe(NAMESPACE);
  expect(namespaceOf({ resources: ['pods'], cluster: true })).toBe(NAMESPACE);
});

test('the file that says so has no token in it', () => {
  const { users, clusters } = kubeconfigOf({ resources: ['pods'] });
  const account = '/var/run/secrets/kubernetes.io/serviceaccount';
  expect(users).toEqual([{ name: 'cluster', user: { tokenFile: `${account}/token` } }]);
  expect(clusters).toMatchObject([{ cluster: { 'certificate-authority': `${account}/ca.crt` } }]);
});

test('in all of the cluster where that is said', () => {
  const manifests = manifestsOf({ resources: ['nodes', 'pods'], cluster: true });
  const name = `${NAMESPACE}-${NAME}`;
  const role = find(manifests, 'ClusterRole', name);
  expect(role.metadata).not.toHaveProperty('namespace');
  expect(role.rules).toEqual([{ apiGroups: [''], resources: ['nodes', 'pods'], verbs: READS }]);
  expect(find(manifests, 'ClusterRoleBinding', name)).toMatchObject({
    subjects: [{ kind: 'ServiceAccount', name: NAME, namespace: NAMESPACE }],
    roleRef: { kind: 'ClusterRole', name },
  });
  expect(manifests.filter(({ kind }) => kind === 'Role')).toEqual([]);
});

test('of all that is outside it reaches the API of the cluster', () => {
  const manifests = synthApp((app) => {
    Cluster.configure(app, { apiServer: ['10.96.0.1/32'] });
    server(new Chart(app, 'research', { namespace: NAMESPACE }), { resources: ['pods'] });
  });
  const { egress } = find(manifests, 'NetworkPolicy', NAME).spec;
  const outside = egress.filter((rule: object) => JSON.stringify(rule).includes('ipBlock'));
  expect(outside).toEqual([
    {
      to: [{ ipBlock: { cidr: '10.96.0.1/32' } }],
      ports: [443, 6443].map((port) => ({ port, protocol: 'TCP' })),
    },
  ]);
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

const wrong: [string, KubernetesToolsProps, string][] = [
  [
    'nothing is allowed',
    {},
    'there is nothing that its tools may do; give resources, such as pods and pods/log',
  ],
  [
    'all is to be read',
    { resources: ['*'] },
    'resources has "*", which is no resource; give a plural with its API group, such as deployments.apps',
  ],
  [
    'all of a group is to be read',
    { resources: ['*.apps'] },
    'resources has "*.apps", which is no resource; give a plural with its API group, such as deployments.apps',
  ],
  [
    'a kind is given',
    { resources: ['Pod'] },
    'resources has "Pod", which is no resource; give a plural with its API group, such as deployments.apps',
  ],
  [
    'the group is missing',
    { resources: ['deployments'] },
    'resources has "deployments", which the core group has not; give its plural with its API group, such as deployments.apps',
  ],
  [
    'no namespace has it',
    { resources: ['nodes'] },
    'resources has "nodes", which belongs to no namespace; set cluster, or leave it out',
  ],
  [
    'no namespace has it, of another group',
    { allowWrites: { 'storageclasses.storage.k8s.io': ['delete'] } },
    'allowWrites has "storageclasses.storage.k8s.io", which belongs to no namespace; set cluster, or leave it out',
  ],
  ...['pods/exec', 'nodes/proxy', 'pods/portforward', 'serviceaccounts/token'].map(
    (power): [string, KubernetesToolsProps, string] => [
      `${power} is called reading`,
      { resources: [power], cluster: true },
      `resources has "${power}", which is not for reading alone; give it in allowWrites, with create`,
    ],
  ),
  [
    'a write is none',
    { allowWrites: { pods: ['escalate' as 'create'] } },
    'allowWrites.pods has "escalate"; give some of create, update, patch, delete, deletecollection',
  ],
  [
    'a write is everything',
    { allowWrites: { pods: ['*' as 'create'] } },
    'allowWrites.pods has "*"; give some of create, update, patch, delete, deletecollection',
  ],
  [
    'no writes are listed',
    { allowWrites: { pods: [] } },
    'allowWrites.pods is empty; give some of create, update, patch, delete, deletecollection',
  ],
  [
    'it reaches all and some',
    { resources: ['pods'], cluster: true, namespaces: ['shop'] },
    'cluster is set beside namespaces; give one of the two',
  ],
  [
    'no namespaces are listed',
    { resources: ['pods'], namespaces: [] },
    "namespaces is empty; leave it out for the server's own",
  ],
  [
    'a namespace cannot be called so',
    { resources: ['pods'], namespaces: ['My_Shop'] },
    'namespaces has "My_Shop"; use lower-case letters, digits and "-", at most 63',
  ],
  [
    'a namespace is there twice',
    { resources: ['pods'], namespaces: ['shop', 'shop'] },
    'namespaces has "shop" twice; give it once',
  ],
  [
    'a toolset is not known',
    { resources: ['pods'], toolsets: ['docker' as 'core'] },
    'toolsets has "docker"; give some of config, core, helm, kcp, kiali, kubevirt, netobserv, tekton',
  ],
];

test.each(wrong)('fails when %s', (_, props, problem) => {
  expect(problemsOf((scope) => server(scope, props))).toContain(`[research/cluster] ${problem}`);
});

test('fails when another account is named', () => {
  const props = { resources: ['pods'] };
  expect(problemsOf((scope) => server(scope, props, { serviceAccountName: 'mine' }))).toEqual([
    '[research/cluster] serviceAccountName is "mine"; leave it out, what asks the Kubernetes API has an account of its own',
  ]);
});

test('fails when the chart does not say where the account is', () => {
  const chart = new Chart(new App(), 'research');
  server(chart, { resources: ['pods'] });
  expect(() => Testing.synth(chart)).toThrow(
    '[research/cluster] Tools.kubernetes needs to know its namespace; give its chart one',
  );
});
