/**
 * Telemetry as the collector hands it on: flat, free of protobuf, ready for JSON. Times are nanoseconds since
 * the epoch as decimal strings, because a JavaScript number cannot hold them; ids are lower-case hex.
 */

/** Attributes of a span, log record, metric point or resource. Integers beyond 2^53 are decimal strings. */
export type Attributes = Readonly<Record<string, unknown>>;

export const SPAN_KINDS = ['INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'] as const;
export type SpanKind = (typeof SPAN_KINDS)[number];

export interface SpanEvent {
  readonly name: string;
  readonly timeUnixNano: string;
  readonly attributes: Attributes;
}

/** Another span that this one is related to, without being its child. */
export interface SpanLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: Attributes;
}

export interface SpanRecord {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly service: string;
  readonly name: string;
  readonly kind: SpanKind;
  readonly status: 'unset' | 'ok' | 'error';
  readonly statusMessage: string;
  readonly startUnixNano: string;
  readonly endUnixNano: string;
  readonly attributes: Attributes;
  readonly events: readonly SpanEvent[];
  readonly links: readonly SpanLink[];
  /** Instrumentation scope that made the span. */
  readonly scope: string;
  readonly resource: Attributes;
}

export interface LogRecord {
  readonly service: string;
  readonly severity: string;
  readonly body: unknown;
  /** Null when the record was written outside of any span. */
  readonly traceId: string | null;
  readonly spanId: string | null;
  readonly attributes: Attributes;
  readonly timeUnixNano: string;
}

interface Point {
  readonly attributes: Attributes;
  readonly startUnixNano: string;
  readonly timeUnixNano: string;
}

export interface NumberPoint extends Point {
  readonly value: number;
}

interface DistributionPoint extends Point {
  readonly count: number;
  readonly sum: number | null;
  readonly min: number | null;
  readonly max: number | null;
}

export interface HistogramPoint extends DistributionPoint {
  readonly bucketCounts: readonly number[];
  readonly explicitBounds: readonly number[];
}

export interface ExponentialHistogramPoint extends DistributionPoint {
  readonly scale: number;
  readonly zeroCount: number;
  readonly positive: { readonly offset: number; readonly bucketCounts: readonly number[] };
  readonly negative: { readonly offset: number; readonly bucketCounts: readonly number[] };
}

interface Metric<Type extends string, Points> {
  readonly service: string;
  readonly name: string;
  readonly unit: string;
  readonly type: Type;
  readonly points: readonly Points[];
}

export type MetricRecord =
  | Metric<'sum' | 'gauge', NumberPoint>
  | Metric<'histogram', HistogramPoint>
  | Metric<'exponential_histogram', ExponentialHistogramPoint>;

export const SIGNALS = ['traces', 'metrics', 'logs'] as const;
export type Signal = (typeof SIGNALS)[number];
