import { variable } from './collector-ports';

/** Same as those of the agents' own metrics, in short, so that the two can be laid side by side. */
const DURATION_BUCKETS = [
  '10ms',
  '50ms',
  '100ms',
  '250ms',
  '500ms',
  '1s',
  '2500ms',
  '5s',
  '10s',
  '30s',
  '60s',
  '120s',
  '300s',
];

/** The connector that counts and times spans by their names. */
export const SPAN_METRICS_CONNECTOR = {
  histogram: { unit: 'ms', explicit: { buckets: DURATION_BUCKETS } },
  dimensions: [{ name: 'agent.name' }, { name: 'gen_ai.request.model' }],
  // Names of spans are finite as we make them; those of foreign processes may not be.
  aggregation_cardinality_limit: 2000,
  metrics_expiration: '10m',
};

/** The connector that counts and times calls from service to service. */
export const SERVICE_GRAPH_CONNECTOR = {
  store: { ttl: '90s', max_items: 5000 },
  latency_histogram_buckets: ['100ms', '500ms', '1s', '5s', '10s', '30s', '60s'],
};

/** Tells apart what several collectors count of the same edge; metrics of spans say it by themselves. */
export const COLLECTOR_INSTANCE_PROCESSOR = {
  error_mode: 'propagate',
  metric_statements: [
    {
      context: 'datapoint',
      statements: [`set(datapoint.attributes["collector.instance.id"], "${variable('podName')}")`],
    },
  ],
};
