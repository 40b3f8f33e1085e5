import { JsonPatch } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import { fail } from '../fail';
import { type Workload } from './workload';

const API_GROUP = 'rbac.authorization.k8s.io';

/** What a process may ask of the Kubernetes API. */
export interface ApiAccess {
  readonly rules: readonly k8s.PolicyRule[];
  /** The namespaces in which it may, its own where none is named, or all of the cluster. */
  readonly reach: 'cluster' | readonly string[];
  /** What of the workload needs the API, as problems speak of it. */
  readonly what: string;
}

/** Adds the ServiceAccount that a workload runs as, called like it, which may do what is said and nothing else. */
export function addApiAccess(workload: Workload, { rules, reach, what }: ApiAccess): void {
  const { name, namespace, owner } = workload;
  // The pod that needs the token asks for it.
  const metadata = metadataOf(workload, name);
  new k8s.KubeServiceAccount(workload, 'account', { metadata, automountServiceAccountToken: false });
  if (namespace === undefined) {
    fail(owner, `${what} needs to know its namespace`, 'give its chart one');
    return;
  }
  const subjects = [{ kind: 'ServiceAccount', name, namespace }];
  if (reach === 'cluster') {
    addClusterRole(workload, `${namespace}-${name}`, rules, subjects);
    return;
  }
  for (const place of reach.length > 0 ? reach : [namespace]) {
    addRole(workload, place, namespace, rules, subjects);
  }
}

function addRole(
  workload: Workload,
  place: string,
  home: string,
  rules: readonly k8s.PolicyRule[],
  subjects: k8s.Subject[],
): void {
  const isHome = place === home;
  // Elsewhere, workloads of other namespaces may have the same name.
  const name = isHome ? workload.name : `${home}-${workload.name}`;
  const metadata = { ...metadataOf(workload, name), ...(isHome ? {} : { namespace: place }) };
  const id = isHome ? '' : `-${place}`;
  new k8s.KubeRole(workload, `role${id}`, { metadata, rules: [...rules] });
  const roleRef = { apiGroup: API_GROUP, kind: 'Role', name };
  new k8s.KubeRoleBinding(workload, `role-binding${id}`, { metadata, subjects, roleRef });
}

/** There is one of this name in all of the cluster. */
function addClusterRole(
  workload: Workload,
  name: string,
  rules: readonly k8s.PolicyRule[],
  subjects: k8s.Subject[],
): void {
  const metadata = metadataOf(workload, name);
  const roleRef = { apiGroup: API_GROUP, kind: 'ClusterRole', name };
  const role = new k8s.KubeClusterRole(workload, 'role', { metadata, rules: [...rules] });
  const binding = new k8s.KubeClusterRoleBinding(workload, 'role-binding', { metadata, subjects, roleRef });
  // cdk8s gives every object the namespace of its chart, and these have none.
  [role, binding].forEach((object) => object.addJsonPatch(JsonPatch.remove('/metadata/namespace')));
}

function metadataOf(
  workload: Workload,
  name: string,
): { name: string; labels: Record<string, string>; annotations: Record<string, string> } {
  return { name, labels: workload.labels, annotations: workload.annotations() };
}
