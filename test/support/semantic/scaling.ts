import { namespaceOf, ofKind, podTemplates, selects, title } from '../objects';
import { type Manifest } from '../synth';

/** Scaling and disruption: autoscalers that fight with a fixed number, budgets that let no node be drained. */
export function scalingProblems(objects: readonly Manifest[]): string[] {
  const scalers = [
    ...ofKind(objects, 'HorizontalPodAutoscaler').map((scaler) => ({
      scaler,
      target: scaler.spec.scaleTargetRef,
      least: scaler.spec.minReplicas ?? 1,
      most: scaler.spec.maxReplicas,
    })),
    ...ofKind(objects, 'ScaledObject').map((scaler) => ({
      scaler,
      target: { kind: 'Deployment', ...scaler.spec.scaleTargetRef },
      least: scaler.spec.minReplicaCount ?? 0,
      most: scaler.spec.maxReplicaCount ?? 100,
    })),
  ];
  return [
    ...scalers.flatMap(({ scaler, target, least, most }) => {
      const workload = targetOf(objects, scaler, target);
      const problems = [
        ...(workload ? [] : [`there is no ${target.kind} ${target.name}`]),
        ...(workload?.spec.replicas === undefined
          ? []
          : [`${title(workload)} states replicas, which it would undo`]),
        ...(least <= most ? [] : [`its least number, ${least}, is above its most, ${most}`]),
        ...scalers
          .filter(
            (other) => other.scaler !== scaler && targetOf(objects, other.scaler, other.target) === workload,
          )
          .map((other) => `${title(other.scaler)} scales the same`),
      ];
      return problems.map((problem) => `${title(scaler)}: ${problem}`);
    }),
    ...ofKind(objects, 'PodDisruptionBudget').flatMap((budget) =>
      budgetProblems(budget, objects, scalers).map((problem) => `${title(budget)}: ${problem}`),
    ),
    ...ofKind(objects, 'Deployment').flatMap((deployment) =>
      isStuck(deployment) ? [`${title(deployment)}: its strategy lets no rollout begin`] : [],
    ),
  ];
}

function targetOf(objects: readonly Manifest[], scaler: Manifest, { kind, name }: Manifest): Manifest {
  return objects.find(
    (one) => one.kind === kind && one.metadata.name === name && namespaceOf(one) === namespaceOf(scaler),
  );
}

function budgetProblems(
  budget: Manifest,
  objects: readonly Manifest[],
  scalers: readonly Manifest[],
): string[] {
  const { minAvailable, maxUnavailable, selector } = budget.spec;
  if ((minAvailable === undefined) === (maxUnavailable === undefined)) {
    return ['it must state one of minAvailable and maxUnavailable'];
  }
  const pod = podTemplates(objects).find(
    ({ namespace, labels }) => namespace === namespaceOf(budget) && selects(selector, labels),
  );
  const scaler = scalers.find(({ scaler: one, target }) => targetOf(objects, one, target) === pod?.owner);
  const replicas = scaler ? scaler.least : (pod?.owner.spec.replicas ?? 1);
  const isBlocking =
    maxUnavailable === 0 || maxUnavailable === '0%' || minAvailable === '100%' || minAvailable >= replicas;
  return isBlocking ? [`of ${replicas} pods it lets none be evicted`] : [];
}

function isStuck({ spec }: Manifest): boolean {
  const { maxSurge, maxUnavailable } = spec.strategy?.rollingUpdate ?? {};
  const isNone = (value: unknown) => value === 0 || value === '0%';
  return isNone(maxSurge) && isNone(maxUnavailable);
}
