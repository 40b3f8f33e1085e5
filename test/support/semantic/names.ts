import { containersOf, ofKind, podTemplates, repeated, title } from '../objects';
import { type Manifest } from '../synth';

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const DNS_1035 = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const QUALIFIED = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const PORT_NAME = /^(?=.{1,15}$)(?=.*[a-z])(?!.*--)[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const VARIABLE = /^[-._a-zA-Z][-._a-zA-Z0-9]*$/;
const DATA_KEY = /^[-._a-zA-Z0-9]{1,253}$/;

/** Room that the controller needs for what it appends to the name, before it becomes a label. */
const LONGEST_NAME: Record<string, number> = { StatefulSet: 52, CronJob: 52 };
/** Kinds whose names are, or end up in, host names. */
const HOST_NAMES = ['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob', 'Pod', 'Namespace'];
const ANNOTATION_BYTES = 256 * 1024;

/** Names of objects, and of what is in them, that the API server would refuse. */
export function nameProblems(objects: readonly Manifest[]): string[] {
  return [
    ...objects.flatMap((object) => metadataProblems(object).map((problem) => `${title(object)}: ${problem}`)),
    ...ofKind(objects, 'ConfigMap', 'Secret').flatMap((object) =>
      Object.keys({ ...object.data, ...object.binaryData })
        .filter((key) => !DATA_KEY.test(key) || key === '.' || key.startsWith('..'))
        .map((key) => `${title(object)}: "${key}" cannot be a key`),
    ),
    ...podTemplates(objects).flatMap((pod) =>
      [...labelProblems(pod.labels), ...annotationProblems(pod.annotations), ...insideProblems(pod)].map(
        (problem) => `${title(pod.owner)}: ${problem}`,
      ),
    ),
  ];
}

/** Labels that Kubernetes would not take. */
export function labelProblems(labels: Readonly<Record<string, string>> = {}): string[] {
  return Object.entries(labels).flatMap(([key, value]) => [
    ...(isKey(key) ? [] : [`"${key}" cannot be the key of a label`]),
    ...(value === '' || (value.length <= 63 && QUALIFIED.test(value))
      ? []
      : [`"${value}" cannot be the value of label ${key}`]),
  ]);
}

function metadataProblems({ kind, metadata }: Manifest): string[] {
  const { name, namespace, labels, annotations } = metadata;
  return [
    ...(isName(kind, name) ? [] : [`it cannot be called "${name}"`]),
    ...(namespace === undefined || (LABEL.test(namespace) && namespace.length <= 63)
      ? []
      : [`"${namespace}" cannot be a namespace`]),
    ...labelProblems(labels),
    ...annotationProblems(annotations),
  ];
}

function isName(kind: string, name: string): boolean {
  const longest = LONGEST_NAME[kind];
  if (longest !== undefined && name.length > longest) return false;
  if (kind === 'Service') return name.length <= 63 && DNS_1035.test(name);
  if (HOST_NAMES.includes(kind)) return name.length <= 63 && LABEL.test(name);
  // Names of roles and the like are path segments, and may have colons.
  if (/Role(Binding)?$/.test(kind)) return !/[/%]/.test(name) && name !== '.' && name !== '..';
  return name.length <= 253 && SUBDOMAIN.test(name);
}

function annotationProblems(annotations: Readonly<Record<string, string>> = {}): string[] {
  const bytes = Object.entries(annotations).reduce(
    (sum, [key, value]) => sum + Buffer.byteLength(key + value),
    0,
  );
  return [
    ...Object.keys(annotations)
      .filter((key) => !isKey(key))
      .map((key) => `"${key}" cannot be the key of an annotation`),
    ...(bytes > ANNOTATION_BYTES ? [`its annotations have ${bytes} bytes`] : []),
  ];
}

function isKey(key: string): boolean {
  const [name = '', prefix, ...more] = key.split('/').reverse();
  const isPrefix = prefix === undefined || (prefix.length <= 253 && SUBDOMAIN.test(prefix));
  return more.length === 0 && isPrefix && name.length <= 63 && QUALIFIED.test(name);
}

/** Containers, volumes, ports and variables: each name possible, and given once. */
function insideProblems(pod: Manifest): string[] {
  const containers = containersOf(pod);
  return [
    ...namesOf('container', containers, LABEL),
    ...namesOf('volume', pod.spec.volumes ?? [], LABEL),
    ...containers.flatMap(({ name, ports = [], env = [], volumeMounts = [] }) => [
      ...namesOf(
        `port of ${name}`,
        ports.filter((port: Manifest) => port.name !== undefined),
        PORT_NAME,
      ),
      ...namesOf(`variable of ${name}`, env, VARIABLE),
      ...repeated(volumeMounts.map(({ mountPath }: Manifest) => mountPath)).map(
        (path) => `${name} has two mounts at ${path}`,
      ),
      ...repeated(
        ports.map(({ containerPort, protocol }: Manifest) => `${containerPort}/${protocol ?? 'TCP'}`),
      ).map((port) => `${name} states port ${port} twice`),
    ]),
  ];
}

function namesOf(what: string, items: readonly { name: string }[], allowed: RegExp): string[] {
  const names = items.map(({ name }) => name);
  return [
    ...names
      .filter((name) => !allowed.test(name) || name.length > 253)
      .map((name) => `no ${what} can be called "${name}"`),
    ...repeated(names).map((name) => `a ${what} is called "${name}" twice`),
  ];
}
