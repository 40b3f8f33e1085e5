import { context, metrics, propagation, trace } from '@opentelemetry/api';
import { logs } from '@opentelemetry/api-logs';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  InMemoryLogRecordExporter,
  LoggerProvider,
  type ReadableLogRecord,
  SimpleLogRecordProcessor,
} from '@opentelemetry/sdk-logs';
import {
  AggregationTemporality,
  type DataPoint,
  type Histogram,
  InMemoryMetricExporter,
  type MetricData,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';

/** All telemetry of this test file's process, in memory. */
export interface TestTelemetry {
  readonly spans: readonly ReadableSpan[];
  readonly logs: readonly ReadableLogRecord[];
  /** The metric of that name as it stands now, added up since the last `reset`. */
  metric(name: string): Promise<MetricData | undefined>;
  /** The span of a log record, if it was still open when the record was written. */
  openSpanOf(log: ReadableLogRecord): ReadableSpan | undefined;
  /** Settles with the span of that name once it has ended. */
  span(name: string): Promise<ReadableSpan>;
  reset(): Promise<void>;
  close(): Promise<void>;
}

/** Registers in-memory exporters as the OpenTelemetry globals, before anything asks for a tracer or a meter. */
export function startTestTelemetry(): TestTelemetry {
  const spanExporter = new InMemorySpanExporter();
  const waiting = new Set<() => void>();
  const tracers = new TracerProvider({
    spanProcessors: [
      new SimpleSpanProcessor({ exporter: spanExporter }),
      {
        onStart: () => undefined,
        onEnd: () => waiting.forEach((look) => look()),
        forceFlush: () => Promise.resolve(),
        shutdown: () => Promise.resolve(),
      },
    ],
  });
  const metricExporter = new InMemoryMetricExporter(AggregationTemporality.DELTA);
  const reader = new PeriodicExportingMetricReader({
    exporter: metricExporter,
    exportIntervalMillis: 3_600_000,
  });
  const meters = new MeterProvider({ readers: [reader] });
  const logExporter = new InMemoryLogRecordExporter();
  const openSpans = new WeakMap<object, string>();
  const loggers = new LoggerProvider({
    processors: [
      {
        onEmit: (record, active) => {
          const span = active && trace.getSpan(active);
          if (span?.isRecording()) openSpans.set(record, span.spanContext().spanId);
        },
        forceFlush: () => Promise.resolve(),
        shutdown: () => Promise.resolve(),
      },
      new SimpleLogRecordProcessor({ exporter: logExporter }),
    ],
  });

  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(
    new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] }),
  );
  trace.setGlobalTracerProvider(tracers);
  metrics.setGlobalMeterProvider(meters);
  logs.setGlobalLoggerProvider(loggers);

  const quiet = silenceLogLines();

  return {
    get spans() {
      return spanExporter.getFinishedSpans();
    },
    get logs() {
      return logExporter.getFinishedLogRecords();
    },
    async metric(name) {
      await meters.forceFlush();
      const all = metricExporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics);
      const found = all
        .flatMap((scope) => scope.metrics)
        .filter(({ descriptor }) => descriptor.name === name);
      return found.at(-1);
    },
    openSpanOf: (log) =>
      spanExporter.getFinishedSpans().find((span) => span.spanContext().spanId === openSpans.get(log)),
    span: (name) =>
      new Promise((resolve) => {
        const look = () => {
          const span = spanExporter.getFinishedSpans().find((ended) => ended.name === name);
          if (!span) return;
          waiting.delete(look);
          resolve(span);
        };
        waiting.add(look);
        look();
      }),
    async reset() {
      await meters.forceFlush();
      spanExporter.reset();
      metricExporter.reset();
      logExporter.reset();
    },
    async close() {
      quiet.mockRestore();
      await Promise.all([tracers.shutdown(), meters.shutdown(), loggers.shutdown()]);
    },
  };
}

/** Log lines go to stdout too, where they would drown the report of the tests. */
function silenceLogLines(): jest.SpyInstance {
  const write = process.stdout.write.bind(process.stdout);
  return jest.spyOn(process.stdout, 'write').mockImplementation((chunk: string | Uint8Array): boolean => {
    return String(chunk).startsWith('{"level"') || write(chunk);
  });
}

/** The points of a metric as `labels -> value`; of a histogram, how many values it counted. */
export function pointsOf(metric: MetricData | undefined): { labels: object; value: number }[] {
  const points: readonly DataPoint<number | Histogram>[] = (metric?.dataPoints ?? []) as DataPoint<
    number | Histogram
  >[];
  return points.map(({ attributes, value }) => ({
    labels: attributes,
    value: typeof value === 'number' ? value : value.count,
  }));
}
