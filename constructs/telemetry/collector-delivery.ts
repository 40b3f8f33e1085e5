import { type Processors } from './collector-cleaning';
import { authenticators, exporterBlocks, exportersOf, type QueueStorage } from './collector-exporters';
import { type Layout, type Pipeline } from './collector-layout';
import { QUEUE_DIRECTORY } from './collector-ports';
import { type OtlpExporter, type Signal } from './otlp-exporter';
import {
  COLLECTOR_INSTANCE_PROCESSOR,
  SERVICE_GRAPH_CONNECTOR,
  SPAN_METRICS_CONNECTOR,
} from './span-metrics';
import { type TailSampling, tailSamplingProcessor } from './tail-sampling';

/** What is done with it at the end. */
export interface Delivery {
  /** Exporters, no two of the same name. */
  readonly exporters: readonly OtlpExporter[];
  /** Whether metrics are made of spans. */
  readonly spanMetrics: boolean;
  /** Whether all spans of a trace come to the same collector. */
  readonly seesWholeTraces: boolean;
  /** Undefined where every trace is kept. */
  readonly tailSampling: TailSampling | undefined;
  /** Bytes of the volume that holds what could not be sent yet; undefined where memory does. */
  readonly volumeBytes: number | undefined;
}

/** What a collector is made of that puts what it gets through these processors first. */
export function deliveryOf(delivery: Delivery, { processors, names }: Processors): Layout {
  const { exporters, spanMetrics, seesWholeTraces, tailSampling, volumeBytes } = delivery;
  const takers = (signal: Signal): string[] => exportersOf(exporters, signal);
  const sampling = takers('traces').length > 0 ? tailSampling : undefined;
  const connectors = connectorsOf(spanMetrics && takers('metrics').length > 0, seesWholeTraces);
  const measures = Object.keys(connectors);

  const traces = [...measures, ...(sampling ? ['forward/sampled'] : takers('traces'))];
  const pipelines: Record<string, Pipeline> = {
    traces: pipelineTo(traces, names('traces')),
    ...(sampling && {
      'traces/sampled': {
        receivers: ['forward/sampled'],
        processors: ['tail_sampling'],
        exporters: takers('traces'),
      },
    }),
    metrics: pipelineTo(takers('metrics'), names('metrics')),
    ...(measures.length > 0 && {
      'metrics/spans': {
        receivers: measures,
        processors: ['memory_limiter', 'transform/instance'],
        exporters: takers('metrics'),
      },
    }),
    logs: pipelineTo(takers('logs'), names('logs')),
  };
  const discards = Object.values(pipelines).some((pipeline) => pipeline.exporters.includes('nop'));
  return {
    processors: used(pipelines, {
      ...processors,
      ...(sampling && { tail_sampling: tailSamplingProcessor(sampling) }),
      ...(measures.length > 0 && { 'transform/instance': COLLECTOR_INSTANCE_PROCESSOR }),
    }),
    connectors: { ...connectors, ...(sampling && { 'forward/sampled': {} }) },
    exporters: {
      ...exporterBlocks(exporters, queueBytes(exporters, volumeBytes)),
      ...(discards && { nop: {} }),
    },
    extensions: { ...authenticators(exporters), ...(volumeBytes !== undefined && FILE_STORAGE) },
    pipelines,
  };
}

/** What no exporter takes is taken all the same: a sender that is refused would try again, and log each time. */
function pipelineTo(exporters: readonly string[], processors: readonly string[]): Pipeline {
  return exporters.length > 0
    ? { receivers: ['otlp'], processors, exporters }
    : { receivers: ['otlp'], exporters: ['nop'] };
}

function connectorsOf(spanMetrics: boolean, seesWholeTraces: boolean): Record<string, object> {
  return {
    ...(spanMetrics && { span_metrics: SPAN_METRICS_CONNECTOR }),
    ...(spanMetrics && seesWholeTraces && { servicegraph: SERVICE_GRAPH_CONNECTOR }),
  };
}

const FILE_STORAGE = {
  file_storage: {
    directory: QUEUE_DIRECTORY,
    create_directory: true,
    compaction: { on_rebound: true, directory: QUEUE_DIRECTORY },
  },
};

/** Each exporter has a queue for each signal. Half of the volume is left to the file's own needs and to compaction. */
function queueBytes(
  exporters: readonly OtlpExporter[],
  volumeBytes: number | undefined,
): QueueStorage | undefined {
  if (volumeBytes === undefined) return undefined;
  const queues = exporters.reduce((sum, { signals }) => sum + signals.length, 0);
  return { extension: 'file_storage', bytes: Math.floor(volumeBytes / 2 / queues) };
}

function used(
  pipelines: Record<string, Pipeline>,
  processors: Record<string, object>,
): Record<string, object> {
  const names = new Set(Object.values(pipelines).flatMap((pipeline) => pipeline.processors ?? []));
  return Object.fromEntries(Object.entries(processors).filter(([name]) => names.has(name)));
}
