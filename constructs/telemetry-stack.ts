import { Chart } from 'cdk8s';
import { type k8s } from 'cdk8s-plus-28';
import { Construct, type IConstruct } from 'constructs';
import { type Callers } from './callers';
import { addCollector, type PersistentQueue } from './telemetry/collector';
import { COLLECTOR_PORTS } from './telemetry/collector-ports';
import { Egress } from './egress';
import { fail } from './fail';
import { ImportedTelemetry, type ITelemetryStack, type OtlpProtocol } from './telemetry/imported-telemetry';
import { nameOf, serviceHost } from './names';
import { type OtlpExporter, type Signal, SIGNALS } from './telemetry/otlp-exporter';
import { type PodReach } from './telemetry/pod-reader';
import { refuseSecrets } from './refuse-secrets';
import { type TailSampling } from './telemetry/tail-sampling';
import { checkOtlpUrl, checkRatio, checkSignals, checkStack } from './telemetry/telemetry-checks';
import { type Workload } from './workload/workload';
import { leastCount } from './workload/pod-placement';
import { type WorkloadOptions } from './workload/options';
import { given, givenProps } from './given';

/** What a telemetry stack consists of. */
export interface TelemetryStackProps extends Omit<WorkloadOptions, 'callers' | 'logLevel'> {
  /** Where telemetry goes on to; at least one, no two of the same name. */
  readonly exporters: readonly OtlpExporter[];
  /**
   * What becomes of what users, models and tools said, where a process reports it.
   * @default 'remove'
   */
  readonly messageContent?: 'remove' | 'keep';
  /**
   * What is masked beside the keys, tokens, passwords and e-mail addresses that always are.
   * @default - nothing
   */
  readonly redaction?: Redaction;
  /**
   * Attributes that every resource gets unless it has them, such as `deployment.environment.name`.
   * @default - none
   */
  readonly resourceAttributes?: Readonly<Record<string, string>>;
  /**
   * Part of traces that are recorded at all, from 0 to 1, decided where a trace begins.
   * @default - all: with `tailSampling` the collector knows better which to keep
   */
  readonly sampleRatio?: number;
  /**
   * Which traces are kept, decided when they are over. With several replicas, the StatefulSet
   * `otel-collector-<id>-sampler` decides, and the collectors in front of it deal traces out.
   * @default - all are kept
   */
  readonly tailSampling?: TailSampling;
  /**
   * Whether calls are counted and timed from their spans too, and who calls whom with them, before any trace is left
   * out: `traces.span.metrics.*` and `traces_service_graph_*`. Who calls whom takes whole traces, which several replicas
   * see with `tailSampling` alone.
   * @default true
   */
  readonly spanMetrics?: boolean;
  /**
   * Keeps what could not be sent yet on a volume of each pod, which makes the Deployment a StatefulSet. Where traces are
   * dealt out to samplers, those have the volumes, and what deals them out has none: going from one replica with
   * `tailSampling` to several leaves the claims of the StatefulSet `otel-collector-<id>` behind, with what is in them.
   * @default - it is kept in memory, and lost with it
   */
  readonly persistentQueue?: PersistentQueue;
  /**
   * Whether resources get the names of pod, node and Deployment, looked up by the address that they report from: for
   * pods of the collector's namespace, or of the cluster. The collector may then list pods there.
   * @default - they do not, and the collector has no access to the Kubernetes API
   */
  readonly kubernetesAttributes?: PodReach;
  /**
   * Who may read the collector's own metrics, on port 8888.
   * @default - nobody
   */
  readonly metricsFrom?: Callers;
  /**
   * Who may report beside the workloads of this app that do.
   * @default - nobody
   */
  readonly reportsFrom?: Callers;
}

/** What is masked in telemetry. */
export interface Redaction {
  /**
   * Regular expressions of values, in RE2's syntax.
   * @default - none
   */
  readonly patterns?: readonly string[];
}

/** A collector that is there already. */
export interface TelemetryEndpointProps {
  /** URL where it takes OTLP, such as `http://collector.monitoring.svc:4317`. */
  readonly endpoint: string;
  /**
   * Protocol spoken there.
   * @default 'grpc'
   */
  readonly protocol?: OtlpProtocol;
  /**
   * What it takes; workloads do not report anything else.
   * @default - all three
   */
  readonly signals?: readonly Signal[];
  /**
   * Part of traces that are recorded at all, from 0 to 1, decided where a trace begins.
   * @default - all
   */
  readonly sampleRatio?: number;
  /**
   * What network policies have to let workloads reach.
   * @default - where the URL leads
   */
  readonly egress?: Egress;
}

/**
 * An OpenTelemetry collector. Everything in the scope it is declared in, and below, reports its traces, metrics
 * and logs to it, wherever in that scope the declaration stands; a stack further down takes its place for what is
 * below that one.
 *
 * Renders the workload `otel-collector-<id>` and its ConfigMap; where several replicas sample, the same again as
 * `otel-collector-<id>-sampler`; and where pods are looked up, a ServiceAccount that may.
 */
export class TelemetryStack extends Construct implements ITelemetryStack {
  /**
   * The stack that a construct reports to: that of the nearest scope which has one. Complete once all of the app is
   * declared, so ask at synthesis.
   */
  static of(construct: IConstruct): ITelemetryStack | undefined {
    return construct.node.scopes
      .toReversed()
      .map((scope) => stacks.get(scope))
      .find((stack) => stack !== undefined);
  }

  /**
   * Has everything in another scope report to a stack too, for instance that of a chart for all. Where namespaces
   * differ, both charts have to have one.
   */
  static use(scope: Construct, stack: ITelemetryStack): void {
    if (stacks.get(scope) !== stack) claim(scope, stack, scope);
  }

  /** A collector that somebody else runs. Everything in the scope reports there; no object is rendered. */
  static fromEndpoint(scope: Construct, id: string, props: TelemetryEndpointProps): ITelemetryStack {
    const { endpoint, protocol = 'grpc', signals = SIGNALS, sampleRatio, egress } = props;
    const stack = new ImportedTelemetry(scope, id, {
      url: endpoint,
      protocol,
      signals,
      sampleRatio,
      endpoint: egress ?? Egress.toOwnedUrl(endpoint),
    });
    claim(scope, stack);
    checkOtlpUrl(stack, endpoint);
    checkSignals(stack, 'it', signals);
    checkRatio(stack, sampleRatio);
    refuseSecrets(stack, { endpoint });
    return stack;
  }

  /** Name of the collector: the id of this construct. */
  readonly name: string;
  /** Where OTLP is taken by gRPC. */
  readonly url: string;
  readonly urls: Readonly<Record<OtlpProtocol, string>>;
  readonly protocol = 'grpc';
  readonly signals = SIGNALS;
  readonly delivered: readonly Signal[];
  readonly sampleRatio: number | undefined;
  readonly keepsContent: boolean;
  /** Service in front of the collector. */
  readonly service: k8s.KubeService;
  readonly endpoint: Workload;

  constructor(scope: Construct, id: string, all: TelemetryStackProps) {
    super(scope, id);
    const said = givenProps(this, all);
    const props = { ...said, exporters: given(this, 'exporters', said.exporters, 'list', () => []) };
    const home = homeOf(this);
    if (home === this) claim(scope, this);
    checkStack(this, props);
    this.name = nameOf(this);

    const { exporters, messageContent, redaction, resourceAttributes, sampleRatio, ...more } = props;
    const { tailSampling, spanMetrics, persistentQueue, kubernetesAttributes, metricsFrom, ...rest } = more;
    const { reportsFrom, ...options } = rest;
    refuseSecrets(this, props);
    this.delivered = SIGNALS.filter((signal) => exporters.some(({ signals }) => signals.includes(signal)));
    this.keepsContent = messageContent === 'keep';
    this.sampleRatio = sampleRatio;

    const workload = addCollector(home, {
      name: this.name,
      cleaning: {
        keepsContent: this.keepsContent,
        redactedPatterns: redaction?.patterns ?? [],
        resourceAttributes: resourceAttributes ?? {},
      },
      delivery: { exporters, spanMetrics: spanMetrics ?? true, tailSampling },
      persistentQueue,
      podReach: kubernetesAttributes,
      samplers: tailSampling?.samplers ?? Math.max(2, leastCount(options)),
      metricsFrom,
      options,
    });
    if (reportsFrom) {
      workload.mayBeCalledBy(reportsFrom, [COLLECTOR_PORTS['otlp-grpc'], COLLECTOR_PORTS['otlp-http']]);
    }
    const host = serviceHost(home, workload.name);
    this.urls = {
      grpc: workload.url,
      http: `http://${host}:${COLLECTOR_PORTS['otlp-http']}`,
    };
    this.url = workload.url;
    this.service = workload.service;
    this.endpoint = workload;
  }
}

/** By scope: asking the children of a scope each time takes the square of their number. */
const stacks = new WeakMap<IConstruct, ITelemetryStack>();

/** Where the objects of a stack are declared. Outside any chart that is one which takes its place until synthesis. */
function homeOf(stack: TelemetryStack): Construct {
  if (stack.node.scopes.some((scope) => Chart.isChart(scope))) return stack;
  const fix = 'declare it in one, and have other scopes report to it by TelemetryStack.use';
  fail(stack, 'a TelemetryStack is outside any chart', fix);
  return new Chart(stack, 'chart', { namespace: 'default' });
}

/** A scope has one stack. */
function claim(scope: IConstruct, stack: ITelemetryStack, reporter: IConstruct = stack): void {
  const other = stacks.get(scope);
  if (!other) {
    stacks.set(scope, stack);
    return;
  }
  const fix = 'give it all exporters, and keep one of the two';
  fail(reporter, `${other.node.path} serves this scope already`, fix);
}
