import { title, walk } from './objects';
import { canonicalQuantity } from './quantity';
import { type Manifest } from './synth';

/** What the API server takes for granted, and drops when it is written out. */
const ZERO_DEFAULTS = new Set([
  'hostNetwork',
  'hostPID',
  'hostIPC',
  'shareProcessNamespace',
  'setHostnameAsFQDN',
  'readOnly',
  'optional',
  'paused',
  'suspend',
  'tty',
  'stdin',
  'stdinOnce',
  'publishNotReadyAddresses',
  'immutable',
]);

/** Places where a list or map without anything in it says something: everybody, anything, the core group. */
const MEANT_EMPTY =
  /(^|\.)(podSelector|namespaceSelector|emptyDir|labelSelector)$|^spec\.(ingress|egress)\.\d+$|^spec\..*\.group$|^rules\.\d+\.apiGroups\.\d+$/;
/** Maps whose keys are the user's own, and no field of Kubernetes. */
const OWN_KEYS =
  /^(metadata\.(labels|annotations)|data|binaryData)\.|\.metadata\.(labels|annotations)\.|\.matchLabels\./;
const QUANTITIES = /(^|\.)(requests|limits)\.[^.]+$|(^|\.)sizeLimit$/;
const STATUS = [
  'status',
  'metadata.creationTimestamp',
  'metadata.resourceVersion',
  'metadata.uid',
  'metadata.generation',
];

/** What would not come back from the API server as it was sent, so that each apply would write the object again. */
export function canonicalProblems(objects: readonly Manifest[]): string[] {
  return objects.flatMap((object) => {
    const problems = [
      ...walk(object).flatMap(({ path, value }) => leafProblems(path, value)),
      ...portsWithoutProtocol(object),
      ...(object.kind === 'Secret' && object.stringData ? ['stringData is turned into data'] : []),
      ...STATUS.filter((path) => at(object, path) !== undefined).map(
        (path) => `${path} is the server's to write`,
      ),
    ];
    return problems.map((problem) => `${title(object)}: ${problem}`);
  });
}

function leafProblems(path: string, value: unknown): string[] {
  if (OWN_KEYS.test(path)) return value === '' && /(^|\.)data\./.test(path) ? [`${path} is empty`] : [];
  if (value === null) return [`${path} is null`];
  const isEmpty = value === '' || (typeof value === 'object' && Object.keys(value).length === 0);
  if (isEmpty) return MEANT_EMPTY.test(path) ? [] : [`${path} is empty`];
  const key = path.split('.').at(-1) ?? '';
  if (value === false && ZERO_DEFAULTS.has(key)) return [`${path} is false, as it would be anyway`];
  if (QUANTITIES.test(path)) {
    const canonical = canonicalQuantity(value as string | number);
    if (canonical === undefined || value === canonical) return [];
    return [`${path} is ${JSON.stringify(value)}, which comes back as "${canonical}"`];
  }
  return [];
}

function portsWithoutProtocol(object: Manifest): string[] {
  const places = /(^|\.)ports\.\d+$/;
  const kinds = [
    'Service',
    'NetworkPolicy',
    'Deployment',
    'StatefulSet',
    'DaemonSet',
    'Job',
    'CronJob',
    'Pod',
  ];
  if (!kinds.includes(object.kind)) return [];
  return walk(object.spec, 'spec')
    .filter(({ path, value }) => places.test(path) && (value as Manifest).protocol === undefined)
    .map(({ path }) => `${path} states no protocol`);
}

function at(value: Manifest, path: string): unknown {
  return path.split('.').reduce((inner, key) => inner?.[key], value);
}
