import { containersOf, podTemplates, type PodTemplate, title } from './objects';
import { type Manifest } from './synth';

const VOLUMES = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
];
const SECCOMP = ['RuntimeDefault', 'Localhost'];
const SYSCTLS = new Set([
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
]);
/** Above what images use for their own accounts, and above what linters let pass. */
const LEAST_UID = 10_000;

/**
 * The Pod Security Standard "restricted", for every container of every pod, and beyond it a read-only root and users
 * that nobody else has.
 */
export function podSecurityProblems(objects: readonly Manifest[]): string[] {
  return podTemplates(objects).flatMap((pod) =>
    [...ofPod(pod), ...containersOf(pod).flatMap((container) => ofContainer(container, pod))].map(
      (problem) => `${title(pod.owner)}: ${problem}`,
    ),
  );
}

function ofPod({ spec }: PodTemplate): string[] {
  const volumes: Manifest[] = spec.volumes ?? [];
  const sysctls: Manifest[] = spec.securityContext?.sysctls ?? [];
  return [
    ...['hostNetwork', 'hostPID', 'hostIPC'].filter((field) => spec[field]).map((field) => `${field} is on`),
    ...volumes.flatMap(({ name, ...source }) =>
      Object.keys(source)
        .filter((kind) => !VOLUMES.includes(kind))
        .map((kind) => `volume ${name} is of kind ${kind}`),
    ),
    ...sysctls.filter(({ name }) => !SYSCTLS.has(name)).map(({ name }) => `it sets ${name}`),
    ...(spec.securityContext?.windowsOptions?.hostProcess ? ['it is a process of the host'] : []),
  ];
}

function ofContainer(
  { name, ports = [], securityContext: own = {}, ...container }: Manifest,
  pod: PodTemplate,
): string[] {
  const context: Manifest = { ...pod.spec.securityContext, ...own };
  const { add = [], drop = [] } = own.capabilities ?? {};
  const handlers = ['startupProbe', 'livenessProbe', 'readinessProbe'].map((probe) => container[probe]);
  const hooks = [container.lifecycle?.postStart, container.lifecycle?.preStop];
  const problems: [boolean, string][] = [
    [own.privileged === true, 'it is privileged'],
    [own.allowPrivilegeEscalation !== false, 'it may gain privileges'],
    [!drop.includes('ALL'), 'it keeps capabilities'],
    [add.some((one: string) => one !== 'NET_BIND_SERVICE'), `it adds capabilities ${add.join(', ')}`],
    [context.runAsNonRoot !== true, 'it may run as root'],
    [!SECCOMP.includes(context.seccompProfile?.type), 'it has no seccomp profile'],
    [!(context.runAsUser > LEAST_UID), `its user is ${context.runAsUser}`],
    [!(context.runAsGroup > LEAST_UID), `its group is ${context.runAsGroup}`],
    [own.readOnlyRootFilesystem !== true, 'it may write to its root'],
    [(own.procMount ?? 'Default') !== 'Default', `its procMount is ${own.procMount}`],
    [own.windowsOptions?.hostProcess === true, 'it is a process of the host'],
    [ports.some(({ hostPort }: Manifest) => hostPort !== undefined), 'it takes a port of the host'],
    [
      [...handlers, ...hooks].some((one) => (one?.httpGet ?? one?.tcpSocket)?.host !== undefined),
      'the kubelet is to ask another host',
    ],
  ];
  return problems.flatMap(([isSo, problem]) => (isSo ? [`${name}: ${problem}`] : []));
}
