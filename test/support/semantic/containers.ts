import { containersOf, podTemplates, title, walk } from '../objects';
import { type Manifest } from '../synth';

/** Values of which the schema says only that they are text. */
const ENUMERATIONS: Record<string, readonly string[]> = {
  imagePullPolicy: ['Always', 'IfNotPresent', 'Never'],
  restartPolicy: ['Always', 'OnFailure', 'Never'],
  protocol: ['TCP', 'UDP', 'SCTP'],
  dnsPolicy: ['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'],
  whenUnsatisfiable: ['DoNotSchedule', 'ScheduleAnyway'],
  pathType: ['Exact', 'Prefix', 'ImplementationSpecific'],
  unhealthyPodEvictionPolicy: ['AlwaysAllow', 'IfHealthyBudget'],
  fsGroupChangePolicy: ['Always', 'OnRootMismatch'],
  podManagementPolicy: ['OrderedReady', 'Parallel'],
  terminationMessagePolicy: ['File', 'FallbackToLogsOnError'],
};
const KINDS_OF_KUBERNETES = /^(v1|apps\/v1|networking\.k8s\.io\/v1|policy\/v1|batch\/v1|autoscaling\/v2)$/;

/** Containers that the API server or the kubelet refuses, or whose variables are not what they seem. */
export function containerProblems(objects: readonly Manifest[]): string[] {
  return [
    ...objects.flatMap((object) =>
      outsideEnumeration(object).map((problem) => `${title(object)}: ${problem}`),
    ),
    ...podTemplates(objects).flatMap((pod) =>
      containersOf(pod)
        .flatMap((container) => [
          ...variableProblems(container),
          ...probeProblems(container),
          ...imageProblems(container),
        ])
        .map((problem) => `${title(pod.owner)}: ${problem}`),
    ),
  ];
}

function outsideEnumeration(object: Manifest): string[] {
  if (!KINDS_OF_KUBERNETES.test(object.apiVersion)) return [];
  return walk(object.spec).flatMap(({ path, value }) => {
    const key = path.split('.').at(-1) ?? '';
    const allowed = Object.hasOwn(ENUMERATIONS, key) ? ENUMERATIONS[key] : undefined;
    return typeof value === 'string' && allowed && !allowed.includes(value)
      ? [`${path} cannot be "${value}"`]
      : [];
  });
}

/** A variable has one source, and what another refers to as `$(NAME)` stands before it. */
function variableProblems({ name: container, env = [], args = [], command = [] }: Manifest): string[] {
  const known: string[] = [];
  const problems = env.flatMap(({ name, value, valueFrom }: Manifest) => {
    const own = [
      ...(valueFrom && value !== undefined ? [`${name} has a value and a source`] : []),
      ...(valueFrom && Object.keys(valueFrom).length !== 1 ? [`${name} must have one source`] : []),
      ...expansions(value)
        .filter((one) => !known.includes(one))
        .map((one) => `${name} refers to ${one}, which is not stated before it`),
    ];
    known.push(name);
    return own;
  });
  const inCommand = [...command, ...args].flatMap(expansions).filter((one) => !known.includes(one));
  return [...problems, ...inCommand.map((one) => `its command refers to ${one}, which is not stated`)].map(
    (problem) => `in ${container}, ${problem}`,
  );
}

/** The variables that Kubernetes puts in place of `$(NAME)`; `$$` is a dollar. */
function expansions(text = ''): string[] {
  return [...text.matchAll(/\$\$|\$\(([-._a-zA-Z][-._a-zA-Z0-9]*)\)/g)].flatMap(([, name]) => name ?? []);
}

function probeProblems({ name, startupProbe, livenessProbe, readinessProbe }: Manifest): string[] {
  const probes = { startupProbe, livenessProbe, readinessProbe };
  return Object.entries(probes).flatMap(([what, probe]) => {
    if (probe === undefined) return [];
    const handlers = ['exec', 'httpGet', 'tcpSocket', 'grpc'].filter(
      (handler) => probe[handler] !== undefined,
    );
    const numbers = ['periodSeconds', 'timeoutSeconds', 'failureThreshold', 'successThreshold'];
    const tooSmall = numbers.filter((number) => probe[number] !== undefined && probe[number] < 1);
    return [
      ...(handlers.length === 1 ? [] : [`the ${what} of ${name} must ask in one way`]),
      ...tooSmall.map((number) => `the ${number} of the ${what} of ${name} is ${probe[number]}`),
      ...(what !== 'readinessProbe' && (probe.successThreshold ?? 1) !== 1
        ? [`the ${what} of ${name} must succeed at once`]
        : []),
    ];
  });
}

function imageProblems({ name, image }: Manifest): string[] {
  const isPinned = /@sha256:[0-9a-f]{64}$/.test(image ?? '') || /:(?!latest$)[\w][\w.-]*$/.test(image ?? '');
  return isPinned ? [] : [`the image of ${name}, "${image}", is not pinned`];
}
