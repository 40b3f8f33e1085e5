import { trace } from '@opentelemetry/api';
import { type AnyValueMap, logs, SeverityNumber } from '@opentelemetry/api-logs';
import { type DestinationStream, type Logger, type LoggerOptions, multistream, pino } from 'pino';
import { type LogFormat, type LogLevel } from '../contract';
import { logDiagnostics } from './diagnostics';
import { ATTRIBUTE } from './names';
import { Redactor } from './redaction/redactor';
import { TextLines } from './text-lines';

const PINO_LEVELS: Readonly<Record<LogLevel, string>> = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'info',
  WARNING: 'warn',
  ERROR: 'error',
};

const SEVERITIES: Readonly<Record<number, readonly [SeverityNumber, string]>> = {
  10: [SeverityNumber.TRACE, 'TRACE'],
  20: [SeverityNumber.DEBUG, 'DEBUG'],
  30: [SeverityNumber.INFO, 'INFO'],
  40: [SeverityNumber.WARN, 'WARN'],
  50: [SeverityNumber.ERROR, 'ERROR'],
  60: [SeverityNumber.FATAL, 'FATAL'],
};

/**
 * JSON lines on stdout and, with telemetry on, the same records by OTLP. Both carry the active trace and span.
 * The OTLP stream is written synchronously, so that a record is made while its span is still active.
 */
export function buildLogger(options: {
  readonly name: string;
  readonly level: LogLevel;
  readonly export: boolean;
  readonly stdout?: DestinationStream;
  /**
   * Goes through each line.
   * @default - one that knows what secrets look like, and none of the process's own
   */
  readonly redactor?: Redactor;
  /** @default 'json' */
  readonly logFormat?: LogFormat;
}): Logger {
  const { redactor = new Redactor({}), logFormat = 'json' } = options;
  const { stdout: out = process.stdout } = options;
  const stdout = logFormat === 'text' ? new TextLines(out) : out;
  const format: LoggerOptions = {
    level: PINO_LEVELS[options.level],
    base: { [ATTRIBUTE.loggerName]: options.name },
    formatters: { level: (label, number) => ({ level: number, severity: label.toUpperCase() }) },
    mixin: activeSpan,
    hooks: { streamWrite: (line) => redactor.line(line) },
    messageKey: 'message',
    timestamp: pino.stdTimeFunctions.isoTime,
  };
  if (!options.export) return pino(format, stdout);
  logDiagnostics(pino(format, stdout));
  // What a stream gets is decided by the logger's level alone.
  const streams = [stdout, otlpStream].map((stream) => ({ level: 'trace' as const, stream }));
  return pino(format, multistream(streams));
}

function activeSpan(): Record<string, string> {
  const span = trace.getActiveSpan()?.spanContext();
  return span && trace.isSpanContextValid(span) ? { trace_id: span.traceId, span_id: span.spanId } : {};
}

const otlpStream = {
  write(line: string): void {
    // What is left out here the record carries in fields of its own.
    const { level, message, time, err, severity, trace_id, span_id, ...attributes } = JSON.parse(
      line,
    ) as PinoLine;
    const [severityNumber, severityText] = SEVERITIES[level] ?? [SeverityNumber.UNSPECIFIED, String(level)];
    logs.getLogger(String(attributes[ATTRIBUTE.loggerName])).emit({
      severityNumber,
      severityText,
      body: message,
      timestamp: Date.parse(time),
      // What came out of JSON is all that OTLP can carry.
      attributes: { ...(attributes as AnyValueMap), ...exceptionAttributes(err) },
    });
  },
};

interface PinoLine {
  readonly level: number;
  readonly message: string;
  readonly time: string;
  readonly err?: { readonly type: string; readonly message: string; readonly stack?: string };
  readonly [key: string]: unknown;
}

function exceptionAttributes(error: PinoLine['err']): Record<string, string> {
  if (!error) return {};
  return {
    'exception.type': error.type,
    'exception.message': error.message,
    ...(error.stack ? { 'exception.stacktrace': error.stack } : {}),
  };
}
