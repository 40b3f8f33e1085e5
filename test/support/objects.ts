import { type Manifest } from './synth';

/** Looks at all objects of an app and says what is wrong with them; nothing when nothing is. */
export type Check = (objects: readonly Manifest[]) => string[];

/** A pod as a workload describes it. */
export interface PodTemplate {
  /** The Deployment, StatefulSet, Job … that it belongs to, or the Pod itself. */
  readonly owner: Manifest;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly spec: Manifest;
}

/** What an object is called in reports. */
export function title({ kind, metadata }: Manifest): string {
  const { namespace, name } = metadata ?? {};
  return `${kind} ${namespace ? `${namespace}/` : ''}${name}`;
}

/** The namespace of an object; objects that name none land in whichever the client is set to. */
export function namespaceOf({ metadata }: Manifest): string {
  return metadata.namespace ?? '';
}

/** The group of an object's API, empty for core. */
export function groupOf({ apiVersion }: Manifest): string {
  return apiVersion.includes('/') ? apiVersion.split('/')[0] : '';
}

export function ofKind(objects: readonly Manifest[], ...kinds: readonly string[]): Manifest[] {
  return objects.filter(({ kind }) => kinds.includes(kind));
}

/** Every pod that the objects bring about. */
export function podTemplates(objects: readonly Manifest[]): PodTemplate[] {
  return objects.flatMap((owner) => {
    const pod = podIn(owner);
    if (!pod) return [];
    return [
      {
        owner,
        namespace: namespaceOf(owner),
        labels: pod.metadata?.labels ?? {},
        annotations: pod.metadata?.annotations ?? {},
        spec: pod.spec,
      },
    ];
  });
}

/** Containers of a pod, those that run before the others first. */
export function containersOf({ spec }: Pick<PodTemplate, 'spec'>): Manifest[] {
  return [...(spec.initContainers ?? []), ...(spec.containers ?? []), ...(spec.ephemeralContainers ?? [])];
}

/** Whether a label selector, of either kind, picks these labels. */
export function selects(selector: Manifest, labels: Readonly<Record<string, string>>): boolean {
  const pairs = Object.entries(selector?.matchLabels ?? {});
  const expressions: Manifest[] = selector?.matchExpressions ?? [];
  return (
    pairs.every(([key, value]) => labels[key] === value) && expressions.every((one) => meets(one, labels))
  );
}

/** Values that occur more than once. */
export function repeated(values: readonly string[]): string[] {
  return [...new Set(values.filter((value, index) => values.indexOf(value) !== index))];
}

/** Each node of a value, leaves and all, with the path that leads there. */
export function walk(value: unknown, path = ''): { path: string; value: unknown }[] {
  const nodes: { path: string; value: unknown }[] = [];
  const visit = (node: unknown, at: string): void => {
    nodes.push({ path: at, value: node });
    if (typeof node !== 'object' || node === null) return;
    for (const [key, inner] of Object.entries(node)) visit(inner, at ? `${at}.${key}` : key);
  };
  visit(value, path);
  return nodes;
}

function podIn({ kind, metadata, spec }: Manifest): Manifest | undefined {
  if (kind === 'Pod') return { metadata, spec };
  if (kind === 'CronJob') return spec?.jobTemplate?.spec?.template;
  const template = spec?.template;
  return template?.spec?.containers ? template : undefined;
}

function meets(
  { key, operator, values = [] }: { key: string; operator: string; values?: readonly string[] },
  labels: Readonly<Record<string, string>>,
): boolean {
  const value = labels[key];
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      throw new Error(`there is no operator "${operator}" of label selectors`);
  }
}
