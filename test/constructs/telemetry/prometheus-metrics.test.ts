import {
  AggregationTemporality,
  DataPointType,
  InMemoryMetricExporter,
  MeterProvider,
  type MetricData,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  COLLECTOR_METRICS,
  DURATION_BOUNDARIES,
  ITEMS,
  PROMETHEUS,
} from '../../../constructs/telemetry/prometheus-metrics';
import { Instruments } from '../../../runtime/telemetry/instruments';
import { METRIC } from '../../../runtime/telemetry/names';
import { askedMetrics } from '../../support/asked-metrics';
import { metricsIn, type OtlpMetric, prometheusNames } from '../../support/prometheus-names';

/** What `span_metrics` and `servicegraph` of the collector report, by their documentation. */
const SPAN_METRICS: readonly OtlpMetric[] = [
  { name: 'traces.span.metrics.calls', unit: '', kind: 'counter' },
  { name: 'traces.span.metrics.duration', unit: 'ms', kind: 'histogram' },
];

/** What the collector reports of itself, read from port 8888 of version 0.159. */
const OWN_METRICS: readonly string[] = [
  'otelcol_receiver_accepted_spans_total',
  'otelcol_receiver_accepted_metric_points_total',
  'otelcol_receiver_accepted_log_records_total',
  'otelcol_receiver_refused_spans_total',
  'otelcol_receiver_refused_metric_points_total',
  'otelcol_receiver_refused_log_records_total',
  'otelcol_exporter_sent_spans_total',
  'otelcol_exporter_sent_metric_points_total',
  'otelcol_exporter_sent_log_records_total',
  'otelcol_exporter_send_failed_spans_total',
  'otelcol_exporter_send_failed_metric_points_total',
  'otelcol_exporter_send_failed_log_records_total',
  'otelcol_exporter_enqueue_failed_spans_total',
  'otelcol_exporter_enqueue_failed_metric_points_total',
  'otelcol_exporter_enqueue_failed_log_records_total',
  'otelcol_exporter_queue_size',
  'otelcol_exporter_queue_capacity',
  'otelcol_process_memory_rss_bytes',
  'otelcol_processor_tail_sampling_sampling_trace_dropped_too_early_total',
];

let reported: MetricData[];

/** Every metric that our processes have, as the SDK reports it. */
beforeAll(async () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const provider = new MeterProvider({ readers: [reader] });
  const instruments = new Instruments(provider.getMeter('test'));
  for (const name of Object.values(METRIC)) {
    if (/duration|usage/.test(name)) instruments.record(name, 1, {});
    else instruments.count(name, {});
  }
  await reader.forceFlush();
  reported = exporter
    .getMetrics()
    .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics));
  await provider.shutdown();
});

function known(): Set<string> {
  const own = reported.map(({ descriptor, dataPointType }) => ({
    name: descriptor.name,
    unit: descriptor.unit,
    kind: dataPointType === DataPointType.HISTOGRAM ? ('histogram' as const) : ('counter' as const),
  }));
  return new Set([...[...own, ...SPAN_METRICS].flatMap(prometheusNames), ...OWN_METRICS]);
}

test.each<[OtlpMetric, string[]]>([
  [{ name: 'kaos.requests', unit: '1', kind: 'counter' }, ['kaos_requests_total']],
  [
    { name: 'kaos.request.duration', unit: 'ms', kind: 'histogram' },
    ['bucket', 'sum', 'count'].map((series) => `kaos_request_duration_milliseconds_${series}`),
  ],
  [
    { name: 'gen_ai.client.token.usage', unit: '{token}', kind: 'histogram' },
    ['bucket', 'sum', 'count'].map((series) => `gen_ai_client_token_usage_${series}`),
  ],
  [{ name: 'a.ratio', unit: '1', kind: 'gauge' }, ['a_ratio_ratio']],
  [{ name: 'x.total', unit: 's', kind: 'counter' }, ['x_seconds_total']],
])('%j is %j in Prometheus', (metric, names) => {
  expect(prometheusNames(metric)).toEqual(names);
});

test.each([
  ['sum by (job, le) (rate(a_bucket{x="y"}[5m])) > 30000', ['a_bucket']],
  ['(sum(rate(a[5m])) or 0 * sum by (b) (rate(c[5m]))) / on (b) (d > 0)', ['a', 'c', 'd']],
  ['count by (__name__) ({__name__=~"a|b", c="true"})', ['a', 'b']],
  ['label_values(a{job=~"$job"}, agent_name)', ['a']],
  ['x:y:z > 0.05 and on (a) absent_over_time(b[30m])', ['x:y:z', 'b']],
])('%s asks for %j', (expression, names) => {
  expect(metricsIn(expression)).toEqual(names);
});

test('every name that constructs have is one that is reported', () => {
  const histograms = ['bucket', 'sum', 'count'];
  const all = known();
  for (const name of Object.values(PROMETHEUS)) {
    const isKnown = all.has(name) || histograms.every((series) => all.has(`${name}_${series}`));
    expect([name, isKnown]).toEqual([name, true]);
  }
  const own = Object.values(COLLECTOR_METRICS).flatMap((name) =>
    typeof name === 'function' ? ITEMS.map(name) : [name],
  );
  expect(own.filter((name) => !all.has(name))).toEqual([]);
});

test('every metric that alerts and the dashboard ask for is one that is reported, or recorded by a rule', () => {
  const all = known();
  const unknown = askedMetrics().filter((name) => !all.has(name));
  expect(unknown).toEqual(['kaos:request_errors:ratio_rate']);
});

test('agents count durations by what alerts can ask for, also beyond 30 s', () => {
  const durations = reported.filter(({ descriptor }) => /^kaos\..*duration$/.test(descriptor.name));
  expect(durations).toHaveLength(4);
  for (const { dataPoints } of durations) {
    const [point] = dataPoints as { value: { buckets: { boundaries: number[] } } }[];
    expect(point?.value.buckets.boundaries).toEqual(DURATION_BOUNDARIES);
  }
  expect(DURATION_BOUNDARIES).toContain(30_000);
  expect(Math.max(...DURATION_BOUNDARIES)).toBeGreaterThan(30_000);
});
