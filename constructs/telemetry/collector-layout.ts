import { Yaml } from 'cdk8s';
import { COLLECTOR_PORTS, variable } from './collector-ports';

/** Components of a collector, and how telemetry goes through them. */
export interface Layout {
  readonly processors: Record<string, object>;
  readonly connectors?: Record<string, object>;
  readonly exporters: Record<string, object>;
  readonly extensions?: Record<string, object>;
  readonly pipelines: Record<string, Pipeline>;
}

/** One way through a collector. */
export interface Pipeline {
  readonly receivers: readonly string[];
  readonly processors?: readonly string[];
  readonly exporters: readonly string[];
}

/** Writes a collector's configuration. */
export function writeLayout({
  processors,
  connectors = {},
  exporters,
  extensions = {},
  pipelines,
}: Layout): string {
  return Yaml.stringify({
    receivers: {
      otlp: {
        protocols: {
          grpc: { endpoint: at('otlp-grpc'), max_recv_msg_size_mib: 16, keepalive: RECONNECT },
          http: { endpoint: at('otlp-http') },
        },
      },
    },
    ...(Object.keys(processors).length > 0 && { processors }),
    ...(Object.keys(connectors).length > 0 && { connectors }),
    exporters,
    extensions: { health_check: { endpoint: at('health') }, ...extensions },
    service: {
      extensions: ['health_check', ...Object.keys(extensions)],
      telemetry: {
        // Which of several collectors a metric of spans comes from; at random, series would begin anew with each start.
        resource: { attributes: [{ name: 'collector.instance.id', value: variable('podName') }] },
        logs: { encoding: 'json' },
        metrics: {
          readers: [{ pull: { exporter: { prometheus: ownMetrics() } } }],
        },
      },
      pipelines,
    },
  });
}

/** The collector listens on the pod's own address: its default is the loopback, which no other pod reaches. */
function at(port: keyof typeof COLLECTOR_PORTS): string {
  return `${variable('podIp')}:${COLLECTOR_PORTS[port]}`;
}

/** Names as OpenTelemetry's rules make them; by itself the collector leaves types and units out. */
function ownMetrics(): object {
  return {
    host: variable('podIp'),
    port: COLLECTOR_PORTS.metrics,
    without_type_suffix: false,
    without_units: false,
    without_scope_info: true,
  };
}

/** A connection lasts, and with it the pod it leads to: ended now and then, senders spread over pods that came later. */
const RECONNECT = { server_parameters: { max_connection_age: '60s', max_connection_age_grace: '30s' } };
