import { namespaceOf, ofKind, podTemplates, type PodTemplate, selects, title } from '../objects';
import { type Manifest } from '../synth';
import { labelProblems } from './names';

const CONTROLLERS = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet'];

/** Selectors that pick too little, or too much. */
export function selectorProblems(objects: readonly Manifest[]): string[] {
  const pods = podTemplates(objects);
  const problems = [
    ...ofKind(objects, ...CONTROLLERS).flatMap((object) =>
      ownPods(object, pods).map((problem) => `${title(object)}: ${problem}`),
    ),
    ...ofKind(objects, 'Service').flatMap((object) =>
      oneWorkload(object, { matchLabels: object.spec.selector }, object.spec.selector, pods),
    ),
    ...ofKind(objects, 'PodDisruptionBudget').flatMap((object) =>
      oneWorkload(object, object.spec.selector, object.spec.selector?.matchLabels, pods),
    ),
    ...ofKind(objects, 'NetworkPolicy').flatMap((object) => somePod(object, object.spec.podSelector, pods)),
  ];
  return [...problems, ...twoBudgets(objects, pods)];
}

/** A controller must own what its template makes, and nothing else, or it fights with another over pods. */
function ownPods(object: Manifest, pods: readonly PodTemplate[]): string[] {
  const { selector, template } = object.spec;
  if (isEmpty(selector)) return ['its selector is empty'];
  const others = pods.filter(
    ({ owner, namespace, labels }) =>
      owner !== object && namespace === namespaceOf(object) && selects(selector, labels),
  );
  return [
    ...labelProblems(selector.matchLabels),
    ...(selects(selector, template.metadata?.labels ?? {})
      ? []
      : ['its selector does not pick its own pods']),
    ...others.map(({ owner }) => `its selector picks the pods of ${title(owner)} too`),
  ];
}

/** What stands for one workload must not stand for two. */
function oneWorkload(
  object: Manifest,
  selector: Manifest,
  labels: Manifest,
  pods: readonly PodTemplate[],
): string[] {
  if (object.spec.type === 'ExternalName') return [];
  if (labels === undefined || Object.keys(labels).length === 0)
    return [`${title(object)}: it selects nothing`];
  const picked = pods.filter(
    ({ namespace, labels: own }) => namespace === namespaceOf(object) && selects(selector, own),
  );
  if (picked.length === 1) return [];
  if (picked.length === 0) return [`${title(object)}: its selector picks no pod`];
  return [
    `${title(object)}: its selector picks the pods of ${picked.map(({ owner }) => title(owner)).join(' and ')}`,
  ];
}

function somePod(object: Manifest, selector: Manifest, pods: readonly PodTemplate[]): string[] {
  if (isEmpty(selector)) return [];
  const isPicked = pods.some(
    ({ namespace, labels }) => namespace === namespaceOf(object) && selects(selector, labels),
  );
  return isPicked ? [] : [`${title(object)}: its selector picks no pod`];
}

/** The eviction API refuses pods that two budgets count. */
function twoBudgets(objects: readonly Manifest[], pods: readonly PodTemplate[]): string[] {
  return pods.flatMap(({ owner, namespace, labels }) => {
    const budgets = ofKind(objects, 'PodDisruptionBudget').filter(
      (budget) => namespaceOf(budget) === namespace && selects(budget.spec.selector, labels),
    );
    return budgets.length > 1 ? [`${title(owner)}: ${budgets.length} disruption budgets count its pods`] : [];
  });
}

function isEmpty(selector: Manifest): boolean {
  return !Object.keys(selector?.matchLabels ?? {}).length && !selector?.matchExpressions?.length;
}
