/** Ports of the collector, by the name they have on its Service. */
export const COLLECTOR_PORTS = {
  'otlp-grpc': 4317,
  'otlp-http': 4318,
  health: 13133,
  metrics: 8888,
} as const;

/** Variables that the configuration refers to, beside those of exporters. */
export const COLLECTOR_VARIABLES = {
  podIp: 'MY_POD_IP',
  podName: 'MY_POD_NAME',
  namespace: 'MY_POD_NAMESPACE',
} as const;

/** Where a persistent queue is kept. */
export const QUEUE_DIRECTORY = '/var/lib/otelcol';

/** What the configuration says in place of such a variable's value. */
export function variable(name: keyof typeof COLLECTOR_VARIABLES): string {
  return `\${env:${COLLECTOR_VARIABLES[name]}}`;
}
