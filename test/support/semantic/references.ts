import { containersOf, namespaceOf, podTemplates, type PodTemplate, title } from '../objects';
import { type Manifest } from '../synth';

/** Something that must exist. */
interface Reference {
  readonly kind: string;
  readonly name: string;
  /** @default - that of whoever asks for it */
  readonly namespace?: string;
  /** A key that must be in it. */
  readonly key?: string;
  readonly optional?: boolean;
}

/** Names that lead to nothing among the objects. Secrets are kept elsewhere, see secretsOf. */
export function referenceProblems(objects: readonly Manifest[]): string[] {
  const pods = podTemplates(objects);
  const missing = (from: Manifest, reference: Reference): string[] => {
    const { kind, name, namespace = namespaceOf(from), key, optional } = reference;
    if (optional) return [];
    if (kind === 'Secret') return unfilledKey(from, reference, objects);
    const target = objects.find(
      (one) => one.kind === kind && one.metadata.name === name && namespaceOf(one) === namespace,
    );
    if (!target) return [`${title(from)}: there is no ${kind} ${name}`];
    const keys = Object.keys({ ...target.data, ...target.binaryData });
    return key === undefined || keys.includes(key)
      ? []
      : [`${title(from)}: ${kind} ${name} has no key ${key}`];
  };
  return [
    ...pods.flatMap((pod) => podReferences(pod).flatMap((reference) => missing(pod.owner, reference))),
    ...pods.flatMap((pod) => mountProblems(pod).map((problem) => `${title(pod.owner)}: ${problem}`)),
    ...objects.flatMap((object) =>
      objectReferences(object).flatMap((reference) => missing(object, reference)),
    ),
  ];
}

/** Of a Secret that is filled from a store, the keys are known. */
function unfilledKey(from: Manifest, { name, key }: Reference, objects: readonly Manifest[]): string[] {
  const filled = objects.find(
    (one) =>
      one.kind === 'ExternalSecret' &&
      one.spec.target?.name === name &&
      namespaceOf(one) === namespaceOf(from),
  );
  const keys: string[] | undefined = filled?.spec.data?.map(({ secretKey }: Manifest) => secretKey);
  return key === undefined || keys === undefined || keys.includes(key)
    ? []
    : [`${title(from)}: Secret ${name} is not given a key ${key}`];
}

/** The Secrets that must be there before the pods start, as `namespace/name key`, sorted. */
export function secretsOf(objects: readonly Manifest[]): string[] {
  const secrets = podTemplates(objects).flatMap((pod) =>
    podReferences(pod)
      .filter(({ kind, optional }) => kind === 'Secret' && !optional)
      .map(({ name, key }) =>
        [`${pod.namespace}/${name}`, key].filter((part) => part !== undefined).join(' '),
      ),
  );
  return [...new Set(secrets)].sort();
}

function podReferences(pod: PodTemplate): Reference[] {
  const { serviceAccountName, imagePullSecrets = [], volumes = [] } = pod.spec;
  const isOwnAccount = serviceAccountName !== undefined && serviceAccountName !== 'default';
  return [
    ...(isOwnAccount ? [{ kind: 'ServiceAccount', name: serviceAccountName }] : []),
    ...imagePullSecrets.map(({ name }: Manifest) => ({ kind: 'Secret', name })),
    ...volumes.flatMap(volumeReferences),
    ...containersOf(pod).flatMap(({ env = [], envFrom = [] }) => [
      ...env.flatMap(({ valueFrom }: Manifest) => [
        ...(valueFrom?.configMapKeyRef ? [{ kind: 'ConfigMap', ...valueFrom.configMapKeyRef }] : []),
        ...(valueFrom?.secretKeyRef ? [{ kind: 'Secret', ...valueFrom.secretKeyRef }] : []),
      ]),
      ...envFrom.flatMap(({ configMapRef, secretRef }: Manifest) => [
        ...(configMapRef ? [{ kind: 'ConfigMap', ...configMapRef }] : []),
        ...(secretRef ? [{ kind: 'Secret', ...secretRef }] : []),
      ]),
    ]),
  ];
}

function volumeReferences({ configMap, secret, persistentVolumeClaim, projected }: Manifest): Reference[] {
  const source = (kind: string, { name, items, optional }: Manifest): Reference[] =>
    items ? items.map(({ key }: Manifest) => ({ kind, name, key, optional })) : [{ kind, name, optional }];
  return [
    ...(configMap ? source('ConfigMap', configMap) : []),
    ...(secret ? source('Secret', { ...secret, name: secret.secretName ?? secret.name }) : []),
    ...(persistentVolumeClaim
      ? [{ kind: 'PersistentVolumeClaim', name: persistentVolumeClaim.claimName }]
      : []),
    ...(projected?.sources ?? []).flatMap(volumeReferences),
  ];
}

/** Every mount needs a volume, and a volume without a mount is a mistake. */
function mountProblems(pod: PodTemplate): string[] {
  const claims: Manifest[] = pod.owner.spec?.volumeClaimTemplates ?? [];
  const volumes: string[] = (pod.spec.volumes ?? []).map(({ name }: Manifest) => name);
  const all = [...volumes, ...claims.map(({ metadata }) => metadata.name)];
  const mounts = containersOf(pod).flatMap(({ name, volumeMounts = [] }) =>
    volumeMounts.map((mount: Manifest) => ({ container: name, volume: mount.name })),
  );
  return [
    ...mounts
      .filter(({ volume }) => !all.includes(volume))
      .map(({ container, volume }) => `${container} mounts a volume that there is not, ${volume}`),
    ...all
      .filter((name) => !mounts.some(({ volume }) => volume === name))
      .map((name) => `nothing mounts the volume ${name}`),
  ];
}

function objectReferences({ kind, spec, roleRef, subjects = [] }: Manifest): Reference[] {
  switch (kind) {
    case 'StatefulSet':
      return [{ kind: 'Service', name: spec.serviceName }];
    case 'Ingress': {
      const paths: Manifest[] = (spec.rules ?? []).flatMap(({ http }: Manifest) => http?.paths ?? []);
      return paths.map(({ backend }) => ({ kind: 'Service', name: backend.service.name }));
    }
    case 'ScaledObject':
      return (spec.triggers ?? []).flatMap(({ authenticationRef: auth }: Manifest) =>
        auth && auth.kind !== 'ClusterTriggerAuthentication'
          ? [{ kind: 'TriggerAuthentication', name: auth.name }]
          : [],
      );
    case 'RoleBinding':
      return [
        ...(roleRef.kind === 'Role' ? [{ kind: 'Role', name: roleRef.name }] : []),
        ...subjects
          .filter((subject: Manifest) => subject.kind === 'ServiceAccount')
          .map(({ name, namespace }: Manifest) => ({ kind: 'ServiceAccount', name, namespace })),
      ];
    default:
      return [];
  }
}
