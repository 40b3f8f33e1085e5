/**
 * What Prometheus makes of the names that processes and collectors report, when it takes OTLP by its own default
 * rules: underscores for dots, units and types behind.
 * @see https://prometheus.io/docs/guides/opentelemetry/
 */
export const PROMETHEUS = {
  requests: 'kaos_requests_total',
  requestDuration: 'kaos_request_duration_milliseconds',
  modelCalls: 'kaos_model_calls_total',
  modelDuration: 'kaos_model_duration_milliseconds',
  toolCalls: 'kaos_tool_calls_total',
  toolDuration: 'kaos_tool_duration_milliseconds',
  delegations: 'kaos_delegations_total',
  delegationDuration: 'kaos_delegation_duration_milliseconds',
  toolRefusals: 'kaos_tool_refusals_total',
  peerStateChanges: 'kaos_peer_state_changes_total',
  telemetryDropped: 'kaos_telemetry_dropped_total',
  tokenUsage: 'gen_ai_client_token_usage',
  mcpClientDuration: 'mcp_client_operation_duration_seconds',
  spanCalls: 'traces_span_metrics_calls_total',
  spanDuration: 'traces_span_metrics_duration_milliseconds',
} as const;

/** Metrics of a collector itself, for one kind of telemetry where there is one for each. */
export const COLLECTOR_METRICS = {
  accepted: (items: Items) => `otelcol_receiver_accepted_${items}_total`,
  refused: (items: Items) => `otelcol_receiver_refused_${items}_total`,
  sent: (items: Items) => `otelcol_exporter_sent_${items}_total`,
  sendFailed: (items: Items) => `otelcol_exporter_send_failed_${items}_total`,
  enqueueFailed: (items: Items) => `otelcol_exporter_enqueue_failed_${items}_total`,
  queueSize: 'otelcol_exporter_queue_size',
  queueCapacity: 'otelcol_exporter_queue_capacity',
  memory: 'otelcol_process_memory_rss_bytes',
  droppedTooEarly: 'otelcol_processor_tail_sampling_sampling_trace_dropped_too_early_total',
} as const;

/** What telemetry comes in. */
export type Items = 'spans' | 'metric_points' | 'log_records';
export const ITEMS: readonly Items[] = ['spans', 'metric_points', 'log_records'];

/** Milliseconds that agents count durations by: nothing can be said about any other time. */
export const DURATION_BOUNDARIES: readonly number[] = [
  5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000, 60000, 120000, 300000,
];

/** What tells one agent from another. */
export const AGENT = 'job, agent_name';

/** What counts more of them than came back: a replica that ends takes its count along. */
export function unavailable(by: string, ...matchers: string[]): string {
  const count = (state: string): string =>
    `sum by (${by}) (${select(PROMETHEUS.peerStateChanges, ...matchers, `state="${state}"`)})`;
  const gone = count('unavailable');
  return `${gone} - (${count('available')} or 0 * ${gone})`;
}

/** Labels of what failed. */
export const FAILED = 'success="false"';

/** A selector with these matchers, as far as they are any. */
export function select(metric: string, ...matchers: string[]): string {
  const given = matchers.filter((matcher) => matcher !== '');
  return given.length > 0 ? `${metric}{${given.join(', ')}}` : metric;
}
