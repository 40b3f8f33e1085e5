import { getStringListFromEnv } from '@opentelemetry/core';
import { envDetector, type ResourceDetector } from '@opentelemetry/resources';
import {
  BatchLogRecordProcessor,
  ConsoleLogRecordExporter,
  type LogRecordProcessor,
  type ReadableLogRecord,
  SimpleLogRecordProcessor,
} from '@opentelemetry/sdk-logs';
import { type ViewOptions } from '@opentelemetry/sdk-metrics';
import {
  BatchSpanProcessor,
  ConsoleSpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace';
import { type Exporter } from './held-exporter';
import { positiveNumber } from './held-signals';
import { redactedLog, redactedSpan, RedactingExporter } from './redaction/redacting-exporter';
import { type Redactor } from './redaction/redactor';

/** Series of one instrument: more share one, marked `otel.metric.overflow`. */
const MOST_SERIES = 1_000;

const EXPORTERS = ['otlp', 'console', 'none'] as const;
type ExporterName = (typeof EXPORTERS)[number];

/** Where spans go. */
export function spanProcessors(otlp: Exporter<ReadableSpan>, redactor: Redactor): SpanProcessor[] {
  return exportersOf('OTEL_TRACES_EXPORTER').map((name) => {
    const isConsole = name === 'console';
    const to = isConsole ? new ConsoleSpanExporter() : otlp;
    const exporter = new RedactingExporter(to, redactor, redactedSpan);
    return isConsole
      ? new SimpleSpanProcessor({ exporter })
      : new BatchSpanProcessor({ exporter, ...batches('OTEL_BSP') });
  });
}

/** Where log records go. */
export function logProcessors(otlp: Exporter<ReadableLogRecord>, redactor: Redactor): LogRecordProcessor[] {
  return exportersOf('OTEL_LOGS_EXPORTER').map((name) => {
    const isConsole = name === 'console';
    const to = isConsole ? new ConsoleLogRecordExporter() : otlp;
    const exporter = new RedactingExporter(to, redactor, redactedLog);
    return isConsole
      ? new SimpleLogRecordProcessor({ exporter })
      : new BatchLogRecordProcessor({ exporter, ...batches('OTEL_BLRP') });
  });
}

/** What holds for all metrics: their labels are masked as all else is, and their series are bounded. */
export function metricViews(redactor: Redactor): ViewOptions[] {
  const process: Redactor['fields'] = (attributes) => redactor.fields(attributes);
  return [
    {
      instrumentName: '*',
      attributesProcessors: [{ process }],
      aggregationCardinalityLimit: MOST_SERIES,
    },
  ];
}

/** The attributes of the resource that the environment gives, masked likewise. */
export function redactedEnvDetector(redactor: Redactor): ResourceDetector {
  return { detect: () => ({ attributes: redactor.fields(envDetector.detect().attributes ?? {}) }) };
}

/** Those that a variable lists; nothing listed is OTLP. */
function exportersOf(variable: string): ExporterName[] {
  const listed = getStringListFromEnv(variable) ?? [];
  if (listed.length === 0) return ['otlp'];
  if (listed.includes('none')) return [];
  return EXPORTERS.filter((name) => listed.includes(name));
}

/** For processors that it has not made itself NodeSDK does not read them. */
function batches(prefix: 'OTEL_BSP' | 'OTEL_BLRP') {
  return {
    maxQueueSize: positiveNumber(`${prefix}_MAX_QUEUE_SIZE`),
    scheduledDelayMillis: positiveNumber(`${prefix}_SCHEDULE_DELAY`),
    exportTimeoutMillis: positiveNumber(`${prefix}_EXPORT_TIMEOUT`),
    maxExportBatchSize: positiveNumber(`${prefix}_MAX_EXPORT_BATCH_SIZE`),
  };
}
