import { EventEmitter } from 'node:events';
import { logsOf } from './logs';
import { metricKey, metricsOf } from './metrics';
import { type Message } from './read';
import { type LogRecord, type MetricRecord, type Signal, type SpanRecord } from './records';
import { spansOf } from './spans';

export interface StoreLimits {
  readonly spans: number;
  readonly logs: number;
  readonly metrics: number;
}

export const STORE_LIMITS: StoreLimits = { spans: 50_000, logs: 50_000, metrics: 5_000 };

/** How many records gave way to newer ones. */
export type Dropped = Readonly<Record<keyof StoreLimits, number>>;

interface Arrivals {
  span: [SpanRecord];
  log: [LogRecord];
  metric: [MetricRecord];
}

/**
 * Telemetry in memory, bounded: the oldest record gives way. Each arrival is an event: `span`, `log`,
 * `metric`. A span that an exporter sends twice (it retries) is kept and announced once. Of a metric the
 * newest export is kept, which is complete because the SDKs count cumulatively.
 */
export class TelemetryStore extends EventEmitter<Arrivals> {
  private readonly kept: {
    spans: Map<string, SpanRecord>;
    logs: Map<number, LogRecord>;
    metrics: Map<string, MetricRecord>;
  };
  private readonly lost = { spans: 0, logs: 0, metrics: 0 };
  private logNumber = 0;

  constructor(private readonly limits: StoreLimits = STORE_LIMITS) {
    super();
    this.setMaxListeners(0); // every caller that awaits an arrival is a listener
    this.kept = { spans: new Map(), logs: new Map(), metrics: new Map() };
  }

  get spans(): SpanRecord[] {
    return [...this.kept.spans.values()];
  }

  get logs(): LogRecord[] {
    return [...this.kept.logs.values()];
  }

  get metrics(): MetricRecord[] {
    return [...this.kept.metrics.values()];
  }

  get dropped(): Dropped {
    return { ...this.lost };
  }

  /** The spans of one trace, in order of arrival. */
  trace(traceId: string): SpanRecord[] {
    return this.spans.filter((span) => span.traceId === traceId);
  }

  /** Takes a whole export request, or nothing of it when it is malformed. @throws InvalidTelemetry */
  add(signal: Signal, request: Message): void {
    if (signal === 'traces') for (const span of spansOf(request)) this.addSpan(span);
    if (signal === 'logs') for (const log of logsOf(request)) this.addLog(log);
    if (signal === 'metrics') for (const metric of metricsOf(request)) this.addMetric(metric);
  }

  /** The first span that fits, whether it is here already or still to come. Rejects when the signal aborts. */
  span(fits: (span: SpanRecord) => boolean, signal?: AbortSignal): Promise<SpanRecord> {
    return this.first('span', this.spans, fits, signal);
  }

  /** Like {@link span}, for log records. */
  log(fits: (log: LogRecord) => boolean, signal?: AbortSignal): Promise<LogRecord> {
    return this.first('log', this.logs, fits, signal);
  }

  /** Like {@link span}, for metrics; a metric arrives again with each export. */
  metric(fits: (metric: MetricRecord) => boolean, signal?: AbortSignal): Promise<MetricRecord> {
    return this.first('metric', this.metrics, fits, signal);
  }

  private addSpan(span: SpanRecord): void {
    const key = span.traceId + span.spanId;
    if (this.kept.spans.has(key)) return;
    this.kept.spans.set(key, span);
    this.trim('spans');
    this.emit('span', span);
  }

  private addLog(log: LogRecord): void {
    this.kept.logs.set(this.logNumber++, log);
    this.trim('logs');
    this.emit('log', log);
  }

  private addMetric(metric: MetricRecord): void {
    const key = metricKey(metric);
    this.kept.metrics.delete(key); // so that it becomes the newest
    this.kept.metrics.set(key, metric);
    this.trim('metrics');
    this.emit('metric', metric);
  }

  private trim(kind: keyof StoreLimits): void {
    const records: Map<unknown, unknown> = this.kept[kind];
    if (records.size <= this.limits[kind]) return;
    records.delete(records.keys().next().value);
    this.lost[kind] += 1;
  }

  private first<Kind extends keyof Arrivals>(
    kind: Kind,
    present: readonly Arrivals[Kind][0][],
    fits: (record: Arrivals[Kind][0]) => boolean,
    signal: AbortSignal | undefined,
  ): Promise<Arrivals[Kind][0]> {
    const found = present.find(fits);
    if (found) return Promise.resolve(found);
    const untyped = this as EventEmitter; // a listener's type cannot depend on Kind
    return new Promise((resolve, reject) => {
      const settle = (end: () => void) => {
        untyped.off(kind, arrived);
        signal?.removeEventListener('abort', aborted);
        end();
      };
      const arrived = (record: Arrivals[Kind][0]) => {
        if (fits(record)) settle(() => resolve(record));
      };
      const aborted = () => settle(() => reject(signal?.reason));
      if (signal?.aborted) return reject(signal.reason);
      untyped.on(kind, arrived);
      signal?.addEventListener('abort', aborted);
    });
  }
}
