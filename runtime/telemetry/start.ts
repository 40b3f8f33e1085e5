import { type Env, FLUSH_SECONDS } from '../contract';
import { Redactor } from './redaction/redactor';
import type * as Sdk from './sdk';

/** The OpenTelemetry SDK of a process, started. */
export interface Telemetry {
  readonly enabled: boolean;
  /** What to say of it in the log. */
  readonly summary: string;
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
  const sdk = startSdk(service, redactor);
  return {
    enabled: true,
    summary: `OpenTelemetry initialized: ${env.OTEL_EXPORTER_OTLP_ENDPOINT} (service: ${service})`,
    close: async () => {
      await within(FLUSH_SECONDS * 1000, sdk.shutdown());
      sdk.giveUp();
    },
  };
}

const OFF: Telemetry = {
  enabled: false,
  summary: 'OpenTelemetry Enabled: false',
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
