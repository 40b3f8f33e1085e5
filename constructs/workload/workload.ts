import { Chart } from 'cdk8s';
import { type k8s } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { type Callers } from '../callers';
import { type Egress } from '../egress';
import { givenList } from '../given';
import { type Environment } from '../environment';
import { resolveImage } from '../images';
import { type Kind, objectLabels, selectorLabels } from '../labels';
import { checkLength, serviceHost } from '../names';
import { environmentOf, type PodProps, type WorkloadPort } from './pod-template';
import { Registry } from '../registry';
import { type Signal } from '../telemetry/otlp-exporter';
import { checkOptions } from './checks';
import { Ways } from './ways';
import { addConfigMap, addController, addDisruptionBudget, addPolicy, addService } from './objects';

/** Where a workload reports its telemetry to, and on which port there. */
export interface Reporting {
  readonly to: Workload | Egress;
  readonly port: number;
  /** What is taken there and passed on. */
  readonly signals: readonly Signal[];
}

/** One container behind one Service. */
export interface WorkloadProps extends PodProps {
  readonly kind: Kind;
  /** Name of the resource, without its kind. */
  readonly name: string;
  /** Ports, first the one that others call. */
  readonly ports: readonly [WorkloadPort, ...WorkloadPort[]];
  /**
   * Where it reports to; asked for at synthesis.
   * @default - nowhere
   */
  readonly reporting?: () => Reporting | undefined;
  /**
   * Whether the name of the Service stands for the addresses of all pods.
   * @default false
   */
  readonly headless?: boolean;
  /**
   * Whether a pod has the name of the one that it takes the place of, as in a StatefulSet.
   * @default - only if each pod has a claim of its own
   */
  readonly keepsNames?: boolean;
  /**
   * Annotations of the Deployment or StatefulSet, not of its pods, which they thus never roll.
   * @default - none but those of all objects
   */
  readonly annotations?: Readonly<Record<string, string>>;
  /**
   * Longest time that a rollout may stand still.
   * @default - Kubernetes' own ten minutes
   */
  readonly progressDeadlineSeconds?: number;
}

/**
 * The objects that every part of a system is made of: Deployment (or StatefulSet) and Service, ConfigMap, NetworkPolicy,
 * and as asked for a claim, an autoscaler and a PodDisruptionBudget.
 */
export class Workload extends Construct {
  /** The construct that it is a part of, on which its problems are reported. */
  readonly owner: Construct;
  readonly kind: Kind;
  /** Name of the resource, without its kind. */
  readonly id: string;
  /** Name of its objects. */
  readonly name: string;
  readonly chart: Chart;
  readonly labels: Record<string, string>;
  /** Labels that its pods, and no others, are selected by. */
  readonly selector: Record<string, string>;
  readonly ports: readonly [WorkloadPort, ...WorkloadPort[]];
  /** The Service in front of the pods. */
  readonly service: k8s.KubeService;
  /** Address of the first port, with neither path nor trailing slash. */
  readonly url: string;
  /** Ways in and out, as far as they are known before synthesis. */
  readonly ways: Ways;
  private readonly registry: Registry;
  private readonly called: Workload[] = [];

  constructor(
    scope: Construct,
    id: string,
    private readonly props: WorkloadProps,
  ) {
    super(scope, id);
    this.owner = scope;
    this.kind = props.kind;
    this.id = props.name;
    this.name = checkLength(scope, `${props.kind}-${props.name}`);
    this.chart = Chart.of(this);
    this.labels = objectLabels(scope, props.kind, props.name);
    this.selector = selectorLabels(props.kind, props.name);
    this.ports = props.ports;
    this.ways = new Ways(this);
    this.registry = Registry.of(this);
    this.registry.add(this);
    checkOptions(this, props);

    const image = resolveImage(scope, props.image);
    if (!props.config?.isAddedLater) this.addFiles();
    const controller = addController(this, { ...props, image });
    this.service = addService(this, props);
    addPolicy(this);
    addDisruptionBudget(this, props.options);
    props.options.autoscaling?.addTo(this, this, controller);
    givenList(scope, 'egress', props.options.egress)?.forEach((egress) => this.mayCall(egress));
    givenList(scope, 'callers', props.options.callers)?.forEach((callers) => this.mayBeCalledBy(callers));
    this.url = `http://${serviceHost(scope, this.name)}:${props.ports[0].port}`;
  }

  /** Namespace, where the chart names one. */
  get namespace(): string | undefined {
    return this.chart.namespace;
  }

  /** What it calls, without the edges that close a declared cycle. Complete at synthesis. */
  get callees(): readonly Workload[] {
    const target = this.reporting?.to;
    return target instanceof Workload ? [...this.called, target] : [...this.called];
  }

  /** Where it reports to. Complete at synthesis. */
  get reporting(): Reporting | undefined {
    return this.props.reporting?.();
  }

  /** Variables of its container. Complete at synthesis. */
  get environment(): Environment {
    return environmentOf(this.props);
  }

  /** All that report here. Complete at synthesis. */
  get reporters(): readonly Workload[] {
    return this.registry.reportersOf(this);
  }

  /** Lets it call another, on that one's first port, or somewhere outside the app. */
  mayCall(target: Workload | Egress, { closesCycle = false } = {}): void {
    if (!(target instanceof Workload)) {
      this.ways.addOutside(target);
      return;
    }
    this.ways.addCallee(target);
    if (!closesCycle) this.called.push(target);
  }

  /** Lets others than those of the app call it; on its first port unless others are named. */
  mayBeCalledBy(callers: Callers, ports: readonly number[] = [this.ports[0].port]): void {
    this.ways.addCallers(callers, ports);
  }

  /** Gives it the ConfigMap of its files, if it has not got it. */
  addFiles(): void {
    if (this.props.config && !this.node.tryFindChild('config')) addConfigMap(this, this.props.config);
  }

  /** Annotations of its objects. */
  annotations(): Record<string, string> {
    return this.registry.waves.annotationsOf(this);
  }

  /** Annotations of objects that need it up: what routes to it or scales it. */
  annotationsAfter(): Record<string, string> {
    return this.registry.waves.annotationsAfter(this, () => this.registry.workloads);
  }
}
