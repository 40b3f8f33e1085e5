import { groupOf, repeated, title } from '../objects';
import { type Manifest } from '../synth';

/** Kinds that live outside namespaces, of those that an app could emit. */
const CLUSTER_SCOPED = new Set([
  'Namespace',
  'ClusterRole',
  'ClusterRoleBinding',
  'CustomResourceDefinition',
  'PersistentVolume',
  'StorageClass',
  'PriorityClass',
  'RuntimeClass',
  'GatewayClass',
  'IngressClass',
  'MutatingWebhookConfiguration',
  'ValidatingWebhookConfiguration',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
]);

/** Objects stated twice, of which the last would win in silence, and objects that are in the wrong place. */
export function identityProblems(objects: readonly Manifest[]): string[] {
  const identities = objects.map((object) => `${groupOf(object)} ${title(object)}`.trim());
  return [
    ...repeated(identities).map((identity) => `${identity}: it is stated twice`),
    ...objects
      .filter(({ kind, metadata }) => CLUSTER_SCOPED.has(kind) && metadata.namespace !== undefined)
      .map((object) => `${title(object)}: there is one for the whole cluster, it has no namespace`),
  ];
}
