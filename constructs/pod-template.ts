import { Lazy } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import { checksum, type ConfigFiles } from './config-files';
import { type Environment, toEnvVars } from './environment';
import { containerSecurity, podSecurity } from './pod-security';

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

/** Paths asked by HTTP, each for a question of its own. */
export interface WorkloadProbes {
  /** Name of the port asked. */
  readonly port: string;
  /** Whether the process lives; also how the end of its start is noticed. */
  readonly liveness: string;
  /** Whether requests may come. */
  readonly readiness: string;
  /** How long a start may take. */
  readonly startupSeconds: number;
}

/** What the scheduler sets aside, and the memory at which the kernel steps in. CPU is shared, not limited. */
export interface WorkloadResources {
  readonly cpu: string;
  readonly memory: string;
  readonly memoryLimit: string;
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
  readonly probes: WorkloadProbes;
  readonly resources: WorkloadResources;
  /** Numeric user and group of the process. */
  readonly user: number;
  /** Time between SIGTERM and SIGKILL. */
  readonly terminationSeconds: number;
  /** @default - no files */
  readonly config?: ConfigFiles;
  /**
   * Size of a writable `/tmp`.
   * @default - the process can write nowhere
   */
  readonly tmpSize?: string;
}

/** The pod template, restricted; it changes when, and only when, an input of this pod does. */
export function podTemplate(labels: Record<string, string>, props: PodProps): k8s.PodTemplateSpec {
  const { config } = props;
  const volumes = volumesOf(props);
  return {
    metadata: {
      labels,
      annotations: config && { 'checksum/config': Lazy.any({ produce: () => checksum(config) }) },
    },
    spec: {
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: podSecurity(props.user),
      terminationGracePeriodSeconds: props.terminationSeconds,
      containers: [
        {
          name: props.container,
          image: props.image,
          imagePullPolicy: 'IfNotPresent',
          command: props.command && [...props.command],
          args: props.args && [...props.args],
          env: Lazy.any({ produce: () => toEnvVars(props.env()) }),
          ports: props.ports.map(({ name, port }) => ({ name, containerPort: port, protocol: 'TCP' })),
          ...probesOf(props.probes),
          resources: resourcesOf(props.resources),
          securityContext: containerSecurity(props.user),
          volumeMounts: volumes.map(({ mount }) => mount),
        },
      ],
      volumes: volumes.map(({ volume }) => volume),
    },
  };
}

function volumesOf({ config, tmpSize }: PodProps): { volume: k8s.Volume; mount: k8s.VolumeMount }[] {
  const files = config && {
    volume: { name: 'config', configMap: { name: config.name } },
    mount: { name: 'config', mountPath: config.mountPath, readOnly: true },
  };
  const tmp = tmpSize && {
    volume: { name: 'tmp', emptyDir: { sizeLimit: k8s.Quantity.fromString(tmpSize) } },
    mount: { name: 'tmp', mountPath: '/tmp' },
  };
  return [...(files ? [files] : []), ...(tmp ? [tmp] : [])];
}

function probesOf({ port, liveness, readiness, startupSeconds }: WorkloadProbes): Partial<k8s.Container> {
  const probe = (path: string, periodSeconds: number, failureThreshold: number): k8s.Probe => ({
    httpGet: { path, port: k8s.IntOrString.fromString(port) },
    periodSeconds,
    timeoutSeconds: 3,
    failureThreshold,
  });
  const startupPeriod = 2;
  return {
    startupProbe: probe(liveness, startupPeriod, Math.ceil(startupSeconds / startupPeriod)),
    livenessProbe: probe(liveness, 10, 3),
    readinessProbe: probe(readiness, 5, 3),
  };
}

function resourcesOf({ cpu, memory, memoryLimit }: WorkloadResources): k8s.ResourceRequirements {
  return {
    requests: { cpu: k8s.Quantity.fromString(cpu), memory: k8s.Quantity.fromString(memory) },
    limits: { memory: k8s.Quantity.fromString(memoryLimit) },
  };
}
