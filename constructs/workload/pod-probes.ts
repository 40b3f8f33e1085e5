import { k8s } from 'cdk8s-plus-28';

/** What a pod is asked, each question with a meaning of its own: has it started, does it live, may requests come. */
export interface PodProbes {
  /** Name of the port asked. */
  readonly port: string;
  /**
   * Path that answers while the process lives.
   * @default - that it takes connections tells
   */
  readonly liveness?: string;
  /**
   * Path that answers when requests may come.
   * @default - that it takes connections tells
   */
  readonly readiness?: string;
  /** How long a start may take. */
  readonly startupSeconds: number;
  /**
   * Command that succeeds once the process has started.
   * @default - liveness tells
   */
  readonly startupCommand?: readonly string[];
}

const STARTUP_PERIOD = 2;
/** A command is a process of its own, so it is asked less often. */
const STARTUP_COMMAND_PERIOD = 10;

export function probesOf({
  port,
  liveness,
  readiness,
  startupSeconds,
  startupCommand,
}: PodProbes): Pick<k8s.Container, 'startupProbe' | 'livenessProbe' | 'readinessProbe'> {
  const at = { port: k8s.IntOrString.fromString(port) };
  const ask = (path: string | undefined): Partial<k8s.Probe> => ({
    ...(path === undefined ? { tcpSocket: at } : { httpGet: { path, ...at } }),
    timeoutSeconds: 3,
  });
  const period = startupCommand ? STARTUP_COMMAND_PERIOD : STARTUP_PERIOD;
  return {
    startupProbe: {
      ...(startupCommand ? { exec: { command: [...startupCommand] }, timeoutSeconds: 5 } : ask(liveness)),
      periodSeconds: period,
      failureThreshold: Math.ceil(startupSeconds / period),
    },
    livenessProbe: { ...ask(liveness), periodSeconds: 10, failureThreshold: 3 },
    readinessProbe: { ...ask(readiness), periodSeconds: 5, failureThreshold: 3 },
  };
}
