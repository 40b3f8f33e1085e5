import { Chart } from 'cdk8s';
import { type k8s } from 'cdk8s-plus-28';
import { Construct, type IConstruct } from 'constructs';
import { COLLECTOR_PORTS, collectorConfig } from './collector-config';
import { fail } from './fail';
import { COLLECTOR_IMAGE } from './images';
import { nameOf } from './names';
import { type OtlpExporter } from './otlp-exporter';
import { type TelemetryTarget } from './telemetry-env';
import { Workload } from './workload';

/** Where a collector's configuration is mounted. */
const CONFIG_DIRECTORY = '/etc/otelcol';
/** User and group of the collector's image. */
const COLLECTOR_UID = 10001;
/** Memory of the collector; the Go runtime collects garbage in earnest from 80 % of it. */
const MEMORY_MEBIBYTES = 512;
/** Longer than one attempt to empty the exporters' queues. */
const TERMINATION_SECONDS = 60;

/** What a telemetry stack consists of. */
export interface TelemetryStackProps {
  /** Where telemetry goes on to; at least one, no two of the same name. */
  readonly exporters: readonly OtlpExporter[];
  /**
   * Image of the collector: OpenTelemetry's distribution for Kubernetes, or one with the same components.
   * @default - the version that this library was made for
   */
  readonly image?: string;
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

  constructor(scope: Construct, id: string, { exporters, image = COLLECTOR_IMAGE }: TelemetryStackProps) {
    const other = stackOf(scope);
    super(scope, id);
    if (other)
      fail(
        this,
        `${other.node.path} serves this scope already`,
        'give it all exporters, and keep one of the two',
      );
    this.name = nameOf(this);
    checkExporters(this, exporters);

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
    });
    this.url = workload.url;
    this.service = workload.service;
  }
}

/** How a workload reports; undefined when no stack serves it. Ask at synthesis. */
export function telemetryTarget(workload: IConstruct): TelemetryTarget | undefined {
  const stack = TelemetryStack.of(workload);
  return stack && { endpoint: stack.url, service: workload.node.id, namespace: Chart.of(workload).namespace };
}

function stackOf(scope: IConstruct): TelemetryStack | undefined {
  return scope.node.children.find((child) => child instanceof TelemetryStack);
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
