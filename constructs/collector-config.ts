import { Yaml } from 'cdk8s';
import { type OtlpExporter } from './otlp-exporter';

/** Ports of the collector, by the name they have on its Service. */
export const COLLECTOR_PORTS = {
  'otlp-grpc': 4317,
  'otlp-http': 4318,
  health: 13133,
  metrics: 8888,
} as const;

/** The collector listens on the pod's own address: its default is the loopback, which no other pod reaches. */
const POD_IP = '${env:MY_POD_IP}';

/** Writes the configuration of a collector that takes OTLP and passes everything on to each exporter. */
export function collectorConfig(exporters: readonly OtlpExporter[]): string {
  const document = {
    receivers: {
      otlp: { protocols: { grpc: { endpoint: at('otlp-grpc') }, http: { endpoint: at('otlp-http') } } },
    },
    processors: {
      memory_limiter: { check_interval: '1s', limit_percentage: 80, spike_limit_percentage: 20 },
    },
    exporters: Object.fromEntries(
      exporters.map((exporter) => [exporterKey(exporter), exporterBlock(exporter)]),
    ),
    extensions: { health_check: { endpoint: at('health') } },
    service: {
      extensions: ['health_check'],
      telemetry: {
        logs: { encoding: 'json' },
        metrics: {
          readers: [{ pull: { exporter: { prometheus: { host: POD_IP, port: COLLECTOR_PORTS.metrics } } } }],
        },
      },
      pipelines: { traces: pipeline(exporters), metrics: pipeline(exporters), logs: pipeline(exporters) },
    },
  };
  return Yaml.stringify(document);
}

/** Refusing data comes first: a sender that is told can try again, a collector out of memory loses all it has. */
function pipeline(exporters: readonly OtlpExporter[]): object {
  return { receivers: ['otlp'], processors: ['memory_limiter'], exporters: exporters.map(exporterKey) };
}

function exporterKey({ name }: OtlpExporter): string {
  return `otlp_grpc/${name}`;
}

function exporterBlock({ endpoint, insecure }: OtlpExporter): object {
  return {
    endpoint,
    tls: { insecure },
    // The batch processor is deprecated: exporters batch in their queue.
    sending_queue: { queue_size: 1000, batch: { flush_timeout: '1s', min_size: 512, max_size: 2048 } },
    retry_on_failure: { max_elapsed_time: '10m' },
  };
}

function at(port: keyof typeof COLLECTOR_PORTS): string {
  return `${POD_IP}:${COLLECTOR_PORTS[port]}`;
}
