import { type Env, FLUSH_SECONDS, telemetrySettingsFromEnv } from '../contract';
import { misreadEndpoints, misreadVariables } from './misread-variables';
import { Redactor } from './redaction/redactor';
import { refusedConnection } from './refused-connection';
import type * as Sdk from './sdk';

const SIGNALS = ['TRACES', 'METRICS', 'LOGS'] as const;

/** The OpenTelemetry SDK of a process, started. */
export interface Telemetry {
  readonly enabled: boolean;
  /** What to say of it in the log, and how. */
  readonly summary: string;
  readonly severity: 'info' | 'warn';
  /** What of its variables was not understood: it goes on without. */
  readonly warnings: readonly string[];
  /** Sends what is left and stops, within {@link FLUSH_SECONDS} even when the collector hangs. */
  close(): Promise<void>;
}

/**
 * Starts telemetry when the environment asks for it, as KAOS decides it: not disabled, and both a service name
 * and an endpoint are there. All else (headers, TLS, sampler, intervals) the SDK reads from `OTEL_*` itself.
 *
 * @param fallbackName service name when `OTEL_SERVICE_NAME` is not set
 * @param redactor goes through all that is sent
 */
export function startTelemetry(env: Env, fallbackName: string, redactor = new Redactor(env)): Telemetry {
  const service = env.OTEL_SERVICE_NAME || fallbackName;
  const isDisabled = /^(true|1|yes)$/i.test(env.OTEL_SDK_DISABLED ?? '');
  if (isDisabled || !service || !env.OTEL_EXPORTER_OTLP_ENDPOINT) return OFF;
  // Loading the SDK is half of a process's start; a process without telemetry does not pay for it.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { startSdk } = require('./sdk') as typeof Sdk;
  const misread = misreadVariables(env);
  const endpoints = misreadEndpoints(env);
  for (const { variable, known } of misread) process.env[variable] = known;
  const warnings = misread.map(({ warning }) => warning);
  let sdk: Sdk.StartedSdk;
  try {
    sdk = startSdk(service, redactor);
  } catch (error) {
    // A process that does its work without telemetry is better than none.
    const reason = error instanceof Error ? error.message : String(error);
    const why = endpoints.length > 0 ? endpoints.join('; ') : reason;
    const summary = `OpenTelemetry Enabled: false (it cannot start: ${why})`;
    return { ...OFF, severity: 'warn', summary, warnings };
  }
  return {
    enabled: true,
    severity: 'info',
    summary: summaryOf(env, service),
    warnings: [...warnings, ...endpoints],
    close: async () => {
      const ended = new AbortController();
      const sent = sdk.shutdown();
      await within(FLUSH_SECONDS * 1000, Promise.race([sent, nobodyListens(env, ended.signal)]));
      ended.abort();
      sdk.giveUp();
    },
  };
}

/** Settles when all that is left would be refused. Where signals have collectors of their own, others may be there. */
function nobodyListens(env: Env, signal: AbortSignal): Promise<void> {
  const isShared = !SIGNALS.some((name) => env[`OTEL_EXPORTER_OTLP_${name}_ENDPOINT`]);
  const address = isShared ? env.OTEL_EXPORTER_OTLP_ENDPOINT : undefined;
  return refusedConnection(address ?? '', signal);
}

/** Headers, which hold keys, are not told. */
function summaryOf(env: Env, service: string): string {
  const { OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_RESOURCE_ATTRIBUTES = '' } = env;
  const { includeHttpClient, includeHttpServer } = telemetrySettingsFromEnv(env);
  return [
    'OpenTelemetry Enabled: true',
    `OpenTelemetry initialized: ${OTEL_EXPORTER_OTLP_ENDPOINT} (service: ${service})`,
    `OTEL_INCLUDE_HTTP_CLIENT: ${includeHttpClient}`,
    `OTEL_INCLUDE_HTTP_SERVER: ${includeHttpServer}`,
    `OTEL_RESOURCE_ATTRIBUTES: ${OTEL_RESOURCE_ATTRIBUTES}`,
  ].join(', ');
}

const OFF: Telemetry = {
  enabled: false,
  severity: 'info',
  summary: 'OpenTelemetry Enabled: false',
  warnings: [],
  close: () => Promise.resolve(),
};

/** Settles with the work or at the deadline; a failed export is the exporter's to report, not a reason to hang. */
async function within(limitMs: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs);
  });
  await Promise.race([Promise.allSettled([work]), deadline]);
  clearTimeout(timer);
}
