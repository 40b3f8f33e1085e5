import { type k8s } from 'cdk8s-plus-28';
import { type WorkloadOptions } from './options';

/** Where pods run: what the user said, and apart from each other when there can be several. */
export function placement(
  options: WorkloadOptions,
  selector: Readonly<Record<string, string>>,
): Pick<
  k8s.PodSpec,
  | 'affinity'
  | 'nodeSelector'
  | 'priorityClassName'
  | 'runtimeClassName'
  | 'tolerations'
  | 'topologySpreadConstraints'
> {
  const labelSelector = { matchLabels: { ...selector } };
  return {
    affinity: options.affinity ?? (greatestCount(options) > 1 ? apart(labelSelector) : undefined),
    nodeSelector: options.nodeSelector && { ...options.nodeSelector },
    priorityClassName: options.priorityClassName,
    runtimeClassName: options.runtimeClassName,
    tolerations: options.tolerations && [...options.tolerations],
    topologySpreadConstraints: options.topologySpreadConstraints?.map((constraint) => ({
      labelSelector,
      ...constraint,
    })),
  };
}

/** How many pods there may be at once. */
export function greatestCount({ replicas = 1, autoscaling }: WorkloadOptions): number {
  return autoscaling?.maxReplicas ?? replicas;
}

/** How many pods there are at least. */
export function leastCount({ replicas = 1, autoscaling }: WorkloadOptions): number {
  return autoscaling?.minReplicas ?? replicas;
}

/** Preferred, not required: two pods on one node are better than one that waits for another node. */
function apart(labelSelector: k8s.LabelSelector): k8s.Affinity {
  return {
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        { weight: 100, podAffinityTerm: { labelSelector, topologyKey: 'kubernetes.io/hostname' } },
      ],
    },
  };
}
