import { JsonPatch } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import { fail } from '../fail';
import { type Workload } from '../workload/workload';

/** Pods that a process may look up: those of its namespace, or all of the cluster's. */
export type PodReach = 'namespace' | 'cluster';

/** What looking up pods takes: their list, and to be told of changes. */
const RULES: k8s.PolicyRule[] = [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] }];
const API_GROUP = 'rbac.authorization.k8s.io';

/** Adds the ServiceAccount that a workload runs as, called like it, which may look up pods and nothing else. */
export function addPodReader(workload: Workload, reach: PodReach): void {
  const { name, namespace, labels, owner } = workload;
  const metadata = { name, labels, annotations: workload.annotations() };
  // The pod that needs the token asks for it.
  new k8s.KubeServiceAccount(workload, 'account', { metadata, automountServiceAccountToken: false });
  if (namespace === undefined) {
    fail(owner, 'kubernetesAttributes needs to know where the collector runs', 'give its chart a namespace');
  } else if (reach === 'namespace') {
    const roleRef = { apiGroup: API_GROUP, kind: 'Role', name };
    new k8s.KubeRole(workload, 'role', { metadata, rules: RULES });
    new k8s.KubeRoleBinding(workload, 'role-binding', {
      metadata,
      subjects: [account(name, namespace)],
      roleRef,
    });
  } else {
    // There is one of this name in all of the cluster.
    const clusterWide = { ...metadata, name: `${namespace}-${name}` };
    const roleRef = { apiGroup: API_GROUP, kind: 'ClusterRole', name: clusterWide.name };
    const subjects = [account(name, namespace)];
    const role = new k8s.KubeClusterRole(workload, 'role', { metadata: clusterWide, rules: RULES });
    const bindingProps = { metadata: clusterWide, subjects, roleRef };
    const binding = new k8s.KubeClusterRoleBinding(workload, 'role-binding', bindingProps);
    // cdk8s gives every object the namespace of its chart, and these have none.
    [role, binding].forEach((object) => object.addJsonPatch(JsonPatch.remove('/metadata/namespace')));
  }
}

function account(name: string, namespace: string): k8s.Subject {
  return { kind: 'ServiceAccount', name, namespace };
}
