import { type k8s } from 'cdk8s-plus-28';
import { addApiAccess } from '../workload/api-access';
import { type Workload } from '../workload/workload';

/** Pods that a process may look up: those of its namespace, or all of the cluster's. */
export type PodReach = 'namespace' | 'cluster';

/** What looking up pods takes: their list, and to be told of changes. */
const RULES: k8s.PolicyRule[] = [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] }];

/** Adds the ServiceAccount that a workload runs as, called like it, which may look up pods and nothing else. */
export function addPodReader(workload: Workload, reach: PodReach): void {
  const what = 'kubernetesAttributes';
  addApiAccess(workload, { rules: RULES, reach: reach === 'cluster' ? reach : [], what });
}
