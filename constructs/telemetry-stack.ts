import { Chart } from 'cdk8s';
import { type k8s } from 'cdk8s-plus-28';
import { Construct, type IConstruct } from 'constructs';
import { COLLECTOR_PORTS, collectorConfig } from './collector-config';
import { Egress } from './egress';
import { fail } from './fail';
import { COLLECTOR_IMAGE } from './images';
import { nameOf } from './names';
import { type OtlpExporter } from './otlp-exporter';
import { refuseSecrets } from './refuse-secrets';
import { type TelemetryOverride, type TelemetryTarget } from './telemetry-env';
import { type Reporting, Workload } from './workload/workload';
import { type WorkloadOptions } from './workload/options';

/** Where a collector's configuration is mounted. */
const CONFIG_DIRECTORY = '/etc/otelcol';
/** User and group of the collector's image. */
const COLLECTOR_UID = 10001;
/** Memory of the collector; the Go runtime collects garbage in earnest from 80 % of it. */
const MEMORY_MEBIBYTES = 512;
const OTLP_PORT = COLLECTOR_PORTS['otlp-grpc'];
/** Longer than one attempt to empty the exporters' queues. */
const TERMINATION_SECONDS = 60;

/** What a telemetry stack consists of. */
export interface TelemetryStackProps extends Omit<WorkloadOptions, 'logLevel'> {
  /** Where telemetry goes on to; at least one, no two of the same name. */
  readonly exporters: readonly OtlpExporter[];
}

/**
 * An OpenTelemetry collector. Everything in the scope it is declared in, and below, reports its traces, metrics
 * and logs to it, wherever in that scope the declaration stands; a stack further down takes its place for what is
 * below that one.
 *
 * Renders the ConfigMap, Deployment and Service `otel-collector-<id>`.
 */
export class TelemetryStack extends Construct {
  /**
   * The stack that a construct reports to: that of the nearest scope which has one. Complete once all of the app is
   * declared, so ask at synthesis.
   */
  static of(construct: IConstruct): TelemetryStack | undefined {
    return construct.node.scopes
      .toReversed()
      .map((scope) => stackOf(scope))
      .find((stack) => stack !== undefined);
  }

  /** Name of the collector: the id of this construct. */
  readonly name: string;
  /** Where OTLP is taken by gRPC. */
  readonly url: string;
  /** Service in front of the collector. */
  readonly service: k8s.KubeService;
  /** What everything that reports here reports to. */
  readonly endpoint: Workload;

  constructor(scope: Construct, id: string, props: TelemetryStackProps) {
    const { exporters, image = COLLECTOR_IMAGE } = props;
    const other = stackOf(scope);
    super(scope, id);
    if (other)
      fail(
        this,
        `${other.node.path} serves this scope already`,
        'give it all exporters, and keep one of the two',
      );
    else stacks.set(scope, this);
    this.name = nameOf(this);
    checkExporters(this, exporters);
    refuseSecrets(this, { exporters });

    const workload = new Workload(this, 'workload', {
      kind: 'otel-collector',
      name: this.name,
      container: 'otel-collector',
      image,
      args: [`--config=${CONFIG_DIRECTORY}/config.yaml`],
      config: {
        name: `otel-collector-${this.name}`,
        mountPath: CONFIG_DIRECTORY,
        data: () => ({ 'config.yaml': collectorConfig(exporters) }),
      },
      env: () => ({
        MY_POD_IP: { fieldRef: { fieldPath: 'status.podIP' } },
        GOMEMLIMIT: `${Math.floor(MEMORY_MEBIBYTES * 0.8)}MiB`,
      }),
      ports: [
        { name: 'otlp-grpc', port: COLLECTOR_PORTS['otlp-grpc'], appProtocol: 'grpc' },
        { name: 'otlp-http', port: COLLECTOR_PORTS['otlp-http'] },
        { name: 'health', port: COLLECTOR_PORTS.health },
        { name: 'metrics', port: COLLECTOR_PORTS.metrics },
      ],
      probes: { port: 'health', liveness: '/', readiness: '/', startupSeconds: 60 },
      resources: { cpu: '100m', memory: '256Mi', memoryLimit: `${MEMORY_MEBIBYTES}Mi` },
      user: COLLECTOR_UID,
      terminationSeconds: TERMINATION_SECONDS,
      options: props,
    });
    exporters.forEach(({ endpoint }) => workload.mayCall(Egress.toUrl(`https://${endpoint}`)));
    this.url = workload.url;
    this.service = workload.service;
    this.endpoint = workload;
  }
}

/** How a workload reports; undefined when it does not. Ask at synthesis. */
export function telemetryTarget(
  workload: IConstruct,
  override: TelemetryOverride = {},
): TelemetryTarget | undefined {
  const endpoint = override.endpoint ?? TelemetryStack.of(workload)?.url;
  if (override.enabled === false || endpoint === undefined) return undefined;
  return { endpoint, service: workload.node.id, namespace: Chart.of(workload).namespace };
}

/** Where a workload's telemetry goes; undefined when it has none. Ask at synthesis. */
export function reportingOf(workload: IConstruct, override: TelemetryOverride = {}): Reporting | undefined {
  if (override.enabled === false) return undefined;
  if (override.endpoint !== undefined) return { to: Egress.toUrl(override.endpoint), port: OTLP_PORT };
  const stack = TelemetryStack.of(workload);
  return stack && { to: stack.endpoint, port: OTLP_PORT };
}

/** Reports telemetry that is switched on and has nowhere to go. Ask at synthesis. */
export function missingEndpoint(
  workload: IConstruct,
  { enabled, endpoint }: TelemetryOverride = {},
): string[] {
  if (enabled !== true || endpoint !== undefined || TelemetryStack.of(workload)) return [];
  return ['telemetry is enabled and has no endpoint; give one, or declare a TelemetryStack in this scope'];
}

/** By scope: asking the children of a scope each time takes the square of their number. */
const stacks = new WeakMap<IConstruct, TelemetryStack>();

function stackOf(scope: IConstruct): TelemetryStack | undefined {
  return stacks.get(scope);
}

function checkExporters(scope: IConstruct, exporters: readonly OtlpExporter[]): void {
  if (exporters.length === 0)
    fail(scope, 'exporters is empty', 'give at least one, such as OtlpExporter.signoz()');
  exporters.forEach(({ name, endpoint }, index) => {
    if (!/^[a-z0-9][-_a-z0-9]*$/i.test(name)) {
      fail(scope, `an exporter is called "${name}"`, 'use letters, digits, "-" and "_"');
    }
    if (exporters.findIndex((exporter) => exporter.name === name) !== index) {
      fail(scope, `two exporters are called "${name}"`, 'give each a name of its own');
    }
    if (!/^([-.\w]+|\[[0-9a-f:]+\]):\d{1,5}$/i.test(endpoint)) {
      fail(scope, `the endpoint of exporter "${name}" is "${endpoint}"`, 'give host:port');
    }
  });
}
