import { type Meter, metrics, trace, type Tracer } from '@opentelemetry/api';
import { type Logger } from '@opentelemetry/api-logs';
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-grpc';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-grpc';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';

/** A process that reports by OpenTelemetry's own SDK and exporters. */
export interface OtlpClient {
  readonly tracer: Tracer;
  readonly meter: Meter;
  readonly logger: Logger;
  /** Has what is built from now on in this process report by it. */
  becomeGlobal(): void;
  /** Sends what there is. Rejects when a signal was not taken. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** The SDK does not wait for a batch that is on its way when it is told to flush; so nothing is before it is told. */
const ONE_BATCH = { maxQueueSize: 20_000, maxExportBatchSize: 20_000, scheduledDelayMillis: 3_600_000 };

/** @param attributes of its resource */
export function otlpClient(
  url: string,
  attributes: Readonly<Record<string, string>> = { 'service.name': 'client' },
): OtlpClient {
  const resource = resourceFromAttributes(attributes);
  const scope = 'kaos.client';
  const tracers = new TracerProvider({
    resource,
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: new OTLPTraceExporter({ url }),
        ...ONE_BATCH,
      }),
    ],
  });
  const reader = new PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter({ url }),
    exportIntervalMillis: 3_600_000,
  });
  const meters = new MeterProvider({ resource, readers: [reader] });
  const loggers = new LoggerProvider({
    resource,
    processors: [new BatchLogRecordProcessor({ exporter: new OTLPLogExporter({ url }), ...ONE_BATCH })],
  });
  const all = [tracers, meters, loggers];
  return {
    tracer: tracers.getTracer(scope),
    meter: meters.getMeter(scope),
    logger: loggers.getLogger(scope),
    becomeGlobal: () => {
      trace.disable();
      metrics.disable();
      trace.setGlobalTracerProvider(tracers);
      metrics.setGlobalMeterProvider(meters);
    },
    flush: async () => void (await Promise.all(all.map((provider) => provider.forceFlush()))),
    close: async () => void (await Promise.allSettled(all.map((provider) => provider.shutdown()))),
  };
}
