import {
  type LogRecord,
  type MetricRecord,
  type NumberPoint,
  type HistogramPoint,
  type SpanRecord,
} from '../local/collector/records';

export type { HistogramPoint, LogRecord, MetricRecord, NumberPoint, SpanRecord };

/** The span of a caller that goes on with something else; its trace is not part of the run. */
export interface CallerSpan {
  readonly traceId: string;
  readonly spanId: string;
}

/** All that one question to a topology made. */
export interface TopologyRun {
  /** What was asked. */
  readonly message: string;
  /** What the agent answered; on an error, what it said of it; what had come of it when the client hung up. */
  readonly answer: string;
  /** `cut` when a stream ended without saying so, or the client hung up. */
  readonly status: 'ok' | 'error' | 'cut';
  /** The agent that was asked. */
  readonly agent: string;
  /** Trace of the request; null when the agent has no telemetry. */
  readonly traceId: string | null;
  /** Who asked in the background; null when whoever asked waited for the answer. */
  readonly caller: CallerSpan | null;
  /** Names of all agents and tool servers of the chart. */
  readonly services: readonly string[];
  readonly spans: readonly SpanRecord[];
  readonly logs: readonly LogRecord[];
  /** Each metric as it was exported last. */
  readonly metrics: readonly MetricRecord[];
}
