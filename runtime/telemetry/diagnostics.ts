import { diag, DiagLogLevel } from '@opentelemetry/api';
import { type Logger } from 'pino';

const REPEAT_AFTER_MS = 60_000;

/**
 * What OpenTelemetry has to say of itself, such as that the collector cannot be reached, goes to stdout alone: by
 * OTLP, each failed export would make the next. What it says again within a minute is left out.
 */
export function logDiagnostics(stdout: Logger): void {
  const saidAt = new Map<string, number>();
  const warn = (said: string) => {
    const message = messageOf(said);
    const now = Date.now();
    if (now - (saidAt.get(message) ?? 0) < REPEAT_AFTER_MS) return;
    saidAt.set(message, now);
    stdout.warn(`OpenTelemetry: ${message}`);
  };
  const ignore = () => undefined;
  diag.setLogger({ error: warn, warn, info: ignore, debug: ignore, verbose: ignore }, DiagLogLevel.WARN);
}

const METRICS_FAILED =
  /^PeriodicExportingMetricReader: metrics export failed \(error (?:\w*Error: )?(.*)\)$/s;

/** The SDK says exceptions as JSON, with stack and all. */
function messageOf(said: string): string {
  try {
    const { name, message = '' } = JSON.parse(said) as { name?: string; message?: string };
    const reason = METRICS_FAILED.exec(message)?.[1];
    return reason === undefined ? `${name}: ${message}` : `metrics could not be sent: ${reason}`;
  } catch {
    return said;
  }
}
