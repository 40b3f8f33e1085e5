import { type k8s } from 'cdk8s-plus-28';
import { byKey } from '../order';

/** What changes objects. */
export const KUBERNETES_WRITES = ['create', 'update', 'patch', 'delete', 'deletecollection'] as const;
export type KubernetesWrite = (typeof KUBERNETES_WRITES)[number];

/** What an MCP server may do with the objects of a cluster. */
export interface KubernetesGrants {
  readonly resources?: readonly string[];
  readonly allowWrites?: Readonly<Record<string, readonly KubernetesWrite[]>>;
}

/** Looking objects up, being told of changes, and changing them, in the order in which roles state them. */
const VERBS = ['get', 'list', 'watch', ...KUBERNETES_WRITES] as const;
type Verb = (typeof VERBS)[number];

/** Plural, API group where it is not the core's, subresource if any: `pods/log`, `deployments.apps/scale`. */
const RESOURCE = /^([a-z][a-z0-9]*)(?:\.([a-z0-9]([-a-z0-9.]*[a-z0-9])?))?(?:\/([a-z]+))?$/;

/** All that the core group has, by whether it belongs to a namespace. */
const CORE: Readonly<Record<string, 'namespace' | 'cluster'>> = {
  bindings: 'namespace',
  componentstatuses: 'cluster',
  configmaps: 'namespace',
  endpoints: 'namespace',
  events: 'namespace',
  limitranges: 'namespace',
  namespaces: 'cluster',
  nodes: 'cluster',
  persistentvolumeclaims: 'namespace',
  persistentvolumes: 'cluster',
  pods: 'namespace',
  podtemplates: 'namespace',
  replicationcontrollers: 'namespace',
  resourcequotas: 'namespace',
  secrets: 'namespace',
  serviceaccounts: 'namespace',
  services: 'namespace',
};
/** Of other groups, what people ask for most and belongs to no namespace. */
const CLUSTER_SCOPED = [
  'clusterrolebindings.rbac.authorization.k8s.io',
  'clusterroles.rbac.authorization.k8s.io',
  'csidrivers.storage.k8s.io',
  'csinodes.storage.k8s.io',
  'customresourcedefinitions.apiextensions.k8s.io',
  'gatewayclasses.gateway.networking.k8s.io',
  'ingressclasses.networking.k8s.io',
  'mutatingwebhookconfigurations.admissionregistration.k8s.io',
  'nodes.metrics.k8s.io',
  'priorityclasses.scheduling.k8s.io',
  'runtimeclasses.node.k8s.io',
  'storageclasses.storage.k8s.io',
  'validatingwebhookconfigurations.admissionregistration.k8s.io',
  'volumeattachments.storage.k8s.io',
];
/** Whoever may `get` one of these runs commands, opens connections, or is somebody else. */
const POWERS = ['attach', 'exec', 'portforward', 'proxy', 'token'];

/** What is wrong with a resource, and what to do about it. */
export interface ResourceProblem {
  readonly problem: string;
  readonly fix: string;
}

/** What is wrong with a resource that is to be read or written, in a namespace or in all of the cluster. */
export function resourceProblem(
  resource: unknown,
  use: 'read' | 'write',
  reach: 'namespace' | 'cluster',
): ResourceProblem | undefined {
  const [, plural = '', group] = RESOURCE.exec(String(resource)) ?? [];
  if (plural === '')
    return {
      problem: 'which is no resource',
      fix: 'give a plural with its API group, such as deployments.apps',
    };
  if (group === undefined && !(plural in CORE))
    return {
      problem: 'which the core group has not',
      fix: `give its plural with its API group, such as ${plural}.apps`,
    };
  const scope = group === undefined ? CORE[plural] : clusterScoped(`${plural}.${group}`);
  if (reach === 'namespace' && scope === 'cluster')
    return { problem: 'which belongs to no namespace', fix: 'set cluster, or leave it out' };
  if (use === 'read' && isPower(String(resource)))
    return { problem: 'which is not for reading alone', fix: 'give it in allowWrites, with create' };
  return undefined;
}

/** The rules of a Role that grants this and nothing else, in an order of their own. */
export function kubernetesRules({ resources = [], allowWrites = {} }: KubernetesGrants): k8s.PolicyRule[] {
  const granted = new Map<string, Set<Verb>>();
  const grant = (resource: string, verbs: readonly Verb[]) =>
    granted.set(resource, new Set([...(granted.get(resource) ?? []), ...verbs]));
  for (const resource of resources) grant(resource, readsOf(resource));
  for (const [resource, writes] of Object.entries(allowWrites)) grant(resource, writes);

  const rules = new Map<string, k8s.PolicyRule & { resources: string[] }>();
  for (const [resource, verbs] of [...granted.entries()].sort(byKey)) {
    const { group, name } = partsOf(resource);
    const ordered = VERBS.filter((verb) => verbs.has(verb));
    const key = JSON.stringify([group, ordered]);
    const rule = rules.get(key) ?? { apiGroups: [group], resources: [], verbs: ordered };
    rule.resources.push(name);
    rules.set(key, rule);
  }
  return [...rules.entries()].sort(byKey).map(([, rule]) => rule);
}

/** What a server may do, in its own words: it then offers no tool that could not work. */
export function writingFlags({ allowWrites = {} }: KubernetesGrants): string[] {
  const writes = Object.entries(allowWrites);
  if (writes.length === 0) return ['--read-only'];
  const onlyAdds = writes.every(
    ([resource, verbs]) => !isPower(resource) && verbs.every((verb) => verb === 'create'),
  );
  return onlyAdds ? ['--disable-destructive'] : [];
}

function isPower(resource: string): boolean {
  return POWERS.some((power) => resource.endsWith(`/${power}`));
}

/** A subresource is no list. */
function readsOf(resource: string): readonly Verb[] {
  return resource.includes('/') ? ['get'] : ['get', 'list', 'watch'];
}

function partsOf(resource: string): { group: string; name: string } {
  const [, plural = '', group = '', , subresource] = RESOURCE.exec(resource) ?? [];
  return { group, name: subresource === undefined ? plural : `${plural}/${subresource}` };
}

function clusterScoped(name: string): 'cluster' | undefined {
  return CLUSTER_SCOPED.includes(name) ? 'cluster' : undefined;
}
