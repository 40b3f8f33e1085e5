import { Chart } from 'cdk8s';
import { parse } from 'yaml';
import { Cluster, type KubernetesToolsProps, MCPServer, Tools } from '../../../constructs';
import { footprintProblems } from '../../support/footprint';
import { podSecurityProblems } from '../../support/pod-security';
import { semanticProblems } from '../../support/semantic-checks';
import { find, type Manifest, NAMESPACE, synth, synthApp } from '../../support/synth';
import { NAME, READS, manifestsOf, server } from './kubernetes-manifests';

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
