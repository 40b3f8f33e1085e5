import { type Size } from 'cdk8s';
import { type Construct } from 'constructs';
import { type Callers } from '../callers';
import { clusterOf } from '../cluster';
import { type Cleaning } from './collector-cleaning';
import { collectorConfig, dealerConfig, samplerConfig } from './collector-config';
import { type Delivery } from './collector-delivery';
import { exporterEnvironment } from './collector-exporters';
import { COLLECTOR_PORTS, COLLECTOR_VARIABLES, QUEUE_DIRECTORY } from './collector-ports';
import { Egress } from '../egress';
import { COLLECTOR_IMAGE } from '../images';
import { serviceHost } from '../names';
import { type OtlpExporter } from './otlp-exporter';
import { addPodReader, type PodReach } from './pod-reader';
import { type WorkloadOptions } from '../workload/options';
import { greatestCount } from '../workload/pod-placement';
import { type PodResources, resourcesOf } from '../workload/pod-resources';
import { amountOf } from '../workload/quantities';
import { Workload } from '../workload/workload';

/** Where a collector's configuration is mounted. */
const CONFIG_DIRECTORY = '/etc/otelcol';
/** User and group of the collector's image. */
const COLLECTOR_UID = 10001;
const RESOURCES: PodResources = { cpu: '100m', memory: '256Mi', memoryLimit: '512Mi' };
/** From this part of its memory on, the Go runtime collects garbage in earnest. */
const MEMORY_SHARE = 0.8;
/** Longer than one attempt to empty the exporters' queues. */
const TERMINATION_SECONDS = 60;
const MEBIBYTE = 2 ** 20;

/** Where what could not be sent yet outlives the collector. */
export interface PersistentQueue {
  /** Size of each pod's volume. Half of it is for queues, the rest for the needs of their file. */
  readonly size: Size;
  /**
   * Class of the volumes.
   * @default - the cluster's default class
   */
  readonly storageClassName?: string;
}

/** What a collector does. */
export interface CollectorProps {
  readonly name: string;
  readonly cleaning: Omit<Cleaning, 'podReach'>;
  readonly delivery: Omit<Delivery, 'seesWholeTraces' | 'volumeBytes'>;
  readonly persistentQueue: PersistentQueue | undefined;
  /** Which pods are looked up; undefined for none. */
  readonly podReach: PodReach | undefined;
  /** Pods that sample, when what takes telemetry has more than one. */
  readonly samplers: number;
  /** Who reads their own metrics; undefined for nobody. */
  readonly metricsFrom: Callers | undefined;
  readonly options: WorkloadOptions;
}

/**
 * The collector that is reported to. When it has several pods and traces are sampled, it deals them out to others
 * behind it, so that each decides about whole traces.
 */
export function addCollector(scope: Construct, props: CollectorProps): Workload {
  const { name, delivery, persistentQueue, podReach, metricsFrom, options } = props;
  const isOne = greatestCount(options) === 1;
  const volumeBytes = persistentQueue && amountOf(`${persistentQueue.size.toKibibytes()}Ki`);
  const cleaning = { ...props.cleaning, podReach };
  if (isOne || !delivery.tailSampling) {
    return addTier(scope, 'workload', {
      name,
      config: () => collectorConfig(cleaning, { ...delivery, volumeBytes, seesWholeTraces: isOne }),
      exporters: delivery.exporters,
      persistentQueue,
      podReach,
      metricsFrom,
      options,
    });
  }
  const samplers = addTier(scope, 'samplers', {
    name: `${name}-sampler`,
    config: () => samplerConfig({ ...delivery, volumeBytes, seesWholeTraces: true }),
    exporters: delivery.exporters,
    persistentQueue,
    metricsFrom,
    options: { ...options, autoscaling: undefined, replicas: props.samplers },
    keepsNames: true,
  });
  const dealers = addTier(scope, 'workload', {
    name,
    config: () => dealerConfig(cleaning, serviceHost(scope, samplers.name)),
    exporters: [],
    podReach,
    metricsFrom,
    options,
  });
  dealers.mayCall(samplers);
  return dealers;
}

/** Collectors that are all alike. */
interface TierProps {
  readonly name: string;
  readonly config: () => string;
  readonly exporters: readonly OtlpExporter[];
  readonly persistentQueue?: PersistentQueue;
  readonly podReach?: PodReach;
  readonly metricsFrom: Callers | undefined;
  readonly options: WorkloadOptions;
  /** Whether each pod keeps its name, and the Service stands for all of their addresses. */
  readonly keepsNames?: boolean;
}

function addTier(scope: Construct, id: string, props: TierProps): Workload {
  const { name, config, exporters, persistentQueue, podReach, metricsFrom, options, keepsNames } = props;
  const workload = new Workload(scope, id, {
    kind: 'otel-collector',
    name,
    container: 'otel-collector',
    image: options.image ?? COLLECTOR_IMAGE,
    args: [`--config=${CONFIG_DIRECTORY}/config.yaml`],
    config: {
      name: `otel-collector-${name}`,
      mountPath: CONFIG_DIRECTORY,
      data: () => ({ 'config.yaml': config() }),
    },
    env: () => ({
      [COLLECTOR_VARIABLES.podIp]: { fieldRef: { fieldPath: 'status.podIP' } },
      [COLLECTOR_VARIABLES.podName]: { fieldRef: { fieldPath: 'metadata.name' } },
      ...(podReach === 'namespace' && {
        [COLLECTOR_VARIABLES.namespace]: { fieldRef: { fieldPath: 'metadata.namespace' } },
      }),
      ...exporterEnvironment(exporters),
      GOMEMLIMIT: `${memoryMebibytes(options)}MiB`,
    }),
    ports: [
      { name: 'otlp-grpc', port: COLLECTOR_PORTS['otlp-grpc'], appProtocol: 'grpc' },
      { name: 'otlp-http', port: COLLECTOR_PORTS['otlp-http'] },
      { name: 'health', port: COLLECTOR_PORTS.health },
      { name: 'metrics', port: COLLECTOR_PORTS.metrics },
    ],
    probes: { port: 'health', liveness: '/', readiness: '/', startupSeconds: 60 },
    resources: RESOURCES,
    user: COLLECTOR_UID,
    terminationSeconds: TERMINATION_SECONDS,
    persistence: persistentQueue && { name: 'queue', mountPath: QUEUE_DIRECTORY, ...persistentQueue },
    keepsNames,
    headless: keepsNames,
    apiAccount: podReach && `otel-collector-${name}`,
    options,
  });
  if (podReach) {
    addPodReader(workload, podReach);
    workload.mayCall(Egress.toApiServer(clusterOf(scope).apiServer));
  }
  if (metricsFrom) workload.mayBeCalledBy(metricsFrom, [COLLECTOR_PORTS.metrics]);
  exporters.forEach((exporter) => workload.mayCall(exporter.egress));
  return workload;
}

function memoryMebibytes({ resources }: WorkloadOptions): number {
  const limit = resourcesOf(RESOURCES, resources).limits?.memory?.value;
  return Math.floor((amountOf(String(limit)) * MEMORY_SHARE) / MEBIBYTE);
}
