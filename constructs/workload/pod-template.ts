import { Lazy } from 'cdk8s';
import { type ISecret, type k8s } from 'cdk8s-plus-28';
import { checksum, type ConfigFiles, hasFiles } from './config-files';
import { type Environment, secretsOf, toEnvVars, withUserEnv } from '../environment';
import { placement } from './pod-placement';
import { type PodProbes, probesOf } from './pod-probes';
import { type PodResources, resourcesOf } from './pod-resources';
import { containerSecurity, podSecurity } from './pod-security';
import { type EmptyDirectory, type PersistentVolume, volumesOf } from './pod-volumes';
import { type SecretFile, secretFilesEnv } from './secret-files';
import { type WorkloadOptions } from './options';
import { secondsOf } from '../durations';

/** As long as endpoints usually take to be forgotten everywhere. */
const LINGER_SECONDS = 5;

/** A port of the container and of the Service in front of it. */
export interface WorkloadPort {
  readonly name: string;
  readonly port: number;
  /**
   * Protocol spoken, for proxies that cannot guess it.
   * @default - not stated
   */
  readonly appProtocol?: string;
}

/** What a pod of one container is made of. */
export interface PodProps {
  /** Name of the container. */
  readonly container: string;
  readonly image: string;
  /** @default - the image's own */
  readonly command?: readonly string[];
  /** @default - the image's own */
  readonly args?: readonly string[];
  /** Variables of the process; asked for at synthesis, when the app is complete. */
  readonly env: () => Environment;
  readonly ports: readonly WorkloadPort[];
  readonly probes: PodProbes;
  readonly resources: PodResources;
  /** Numeric user and group of the process. */
  readonly user: number;
  /** Time between SIGTERM and SIGKILL. */
  readonly terminationSeconds: number;
  /**
   * Whether the pod waits before SIGTERM, because calls keep coming until all nodes know that it ends. Its image has to
   * have `sleep`.
   * @default false
   */
  readonly lingers?: boolean;
  /** @default - no files */
  readonly config?: ConfigFiles;
  /**
   * Secrets that the process reads from files; asked for at synthesis.
   * @default - none
   */
  readonly secretFiles?: () => readonly SecretFile[];
  /**
   * Where the process may write what it can lose.
   * @default - nowhere
   */
  readonly emptyDirectories?: readonly EmptyDirectory[];
  /**
   * Where it writes what has to outlive it.
   * @default - nowhere
   */
  readonly persistence?: PersistentVolume;
  /**
   * ServiceAccount whose token the process is given, because it asks the Kubernetes API.
   * @default - no token
   */
  readonly apiAccount?: string;
  /** What the user said beside all this. */
  readonly options: WorkloadOptions;
}

/** The pod template, restricted; it changes when, and only when, an input of this pod does. */
export function podTemplate(
  labels: Record<string, string>,
  selector: Record<string, string>,
  props: PodProps,
): k8s.PodTemplateSpec {
  const { options, config } = props;
  return {
    metadata: {
      labels: { ...options.podLabels, ...labels },
      annotations: annotationsOf(options, config),
    },
    spec: {
      automountServiceAccountToken: props.apiAccount !== undefined,
      serviceAccountName: props.apiAccount ?? options.serviceAccountName,
      enableServiceLinks: false,
      securityContext: podSecurity(props.user),
      terminationGracePeriodSeconds: terminationSeconds(props),
      imagePullSecrets: options.imagePullSecrets?.map(({ name }) => ({ name })),
      ...placement(options, selector),
      containers: [containerOf(props)],
      volumes: Lazy.any({ produce: () => nonEmpty(volumesOf(props).flatMap(({ volume }) => volume ?? [])) }),
    },
  };
}

/** The least time between the end of a pod's traffic and SIGKILL. */
export function graceSeconds({ terminationSeconds, lingers }: PodProps): number {
  return terminationSeconds + (lingers ? LINGER_SECONDS : 0);
}

/** Secrets that the pod is given. Ask at synthesis. */
export function secretsOfPod(props: PodProps): ISecret[] {
  const files = props.secretFiles?.() ?? [];
  return [
    ...secretsOf(environmentOf(props)),
    ...files.map(({ value }) => value.secret),
    ...(props.options.imagePullSecrets ?? []),
  ];
}

function containerOf(props: PodProps): k8s.Container {
  const { options } = props;
  const command = options.command ?? props.command;
  const args = options.args ?? props.args;
  return {
    name: props.container,
    image: props.image,
    imagePullPolicy: 'IfNotPresent',
    command: command && [...command],
    args: args && [...args],
    env: Lazy.any({ produce: () => nonEmpty(toEnvVars(environmentOf(props))) }),
    ports: props.ports.map(({ name, port }) => ({ name, containerPort: port, protocol: 'TCP' })),
    ...probesOf(props.probes),
    lifecycle: props.lingers
      ? { preStop: { exec: { command: ['sleep', String(LINGER_SECONDS)] } } }
      : undefined,
    resources: resourcesOf(props.resources, options.resources),
    securityContext: containerSecurity(props.user),
    volumeMounts: Lazy.any({ produce: () => nonEmpty(volumesOf(props).map(({ mount }) => mount)) }),
  };
}

function terminationSeconds(props: PodProps): number {
  const { terminationGracePeriod } = props.options;
  return terminationGracePeriod ? secondsOf(terminationGracePeriod) : graceSeconds(props);
}

/** Variables of the container, the user's among them. Ask at synthesis. */
export function environmentOf({ env, secretFiles, options }: PodProps): Environment {
  return withUserEnv({ ...env(), ...secretFilesEnv(secretFiles?.() ?? []) }, options.env);
}

function annotationsOf(
  { podAnnotations }: WorkloadOptions,
  config: ConfigFiles | undefined,
): Record<string, string> | undefined {
  const own = podAnnotations && { ...podAnnotations };
  if (!config) return own;
  const produce = () => (hasFiles(config) ? { ...own, 'checksum/config': checksum(config) } : own);
  // A token, which cdk8s resolves to that.
  return Lazy.any({ produce }) as Record<string, string>;
}

/** An empty list is not what the API server would return. */
function nonEmpty<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length > 0 ? list : undefined;
}
