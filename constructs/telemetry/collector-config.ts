import { type Cleaning, MEMORY_LIMITER, processorsOf } from './collector-cleaning';
import { type Delivery, deliveryOf } from './collector-delivery';
import { type Pipeline, writeLayout } from './collector-layout';
import { COLLECTOR_PORTS } from './collector-ports';
import { type Signal } from './otlp-exporter';

/** The configuration of a collector that does all of the work. */
export function collectorConfig(cleaning: Cleaning, delivery: Delivery): string {
  return writeLayout(deliveryOf(delivery, processorsOf(cleaning)));
}

/** The configuration of a collector that cleans what it gets, and deals it out so that no trace is torn apart. */
export function dealerConfig(cleaning: Cleaning, samplersHost: string): string {
  const dealer = (routingKey: string): object => ({
    routing_key: routingKey,
    protocol: { otlp: { tls: { insecure: true } } },
    resolver: { dns: { hostname: samplersHost, port: String(COLLECTOR_PORTS['otlp-grpc']) } },
    // What one sampler could not take is dealt again, among those that are there by then.
    sending_queue: { enabled: true, queue_size: 1000 },
    retry_on_failure: { enabled: true, max_elapsed_time: '5m' },
  });
  const { processors, names } = processorsOf(cleaning);
  const pipeline = (signal: Signal, exporter: string): Pipeline => ({
    receivers: ['otlp'],
    processors: names(signal),
    exporters: [exporter],
  });
  return writeLayout({
    processors,
    // A key that may be missing, such as the name of a service, would lose what has none.
    exporters: { 'load_balancing/traces': dealer('traceID'), 'load_balancing/resources': dealer('resource') },
    pipelines: {
      traces: pipeline('traces', 'load_balancing/traces'),
      metrics: pipeline('metrics', 'load_balancing/resources'),
      logs: pipeline('logs', 'load_balancing/traces'),
    },
  });
}

/** The configuration of a collector that gets whole traces, and clean, from those that deal them out. */
export function samplerConfig(delivery: Delivery): string {
  return writeLayout(
    deliveryOf(delivery, { processors: MEMORY_LIMITER, names: () => Object.keys(MEMORY_LIMITER) }),
  );
}
