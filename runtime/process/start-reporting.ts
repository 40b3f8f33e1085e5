import { type Logger } from 'pino';
import { type Env, type LogLevel, type TelemetrySettings } from '../contract';
import { LineBatch } from '../telemetry/line-batch';
import { buildLogger } from '../telemetry/log';
import { Redactor } from '../telemetry/redaction/redactor';
import { startTelemetry, type Telemetry } from '../telemetry/start';
import { endOnCrash } from './end-on-crash';

/** How a process tells what it does. */
export interface Reporting {
  readonly log: Logger;
  readonly telemetry: Telemetry;
}

/** Starts telemetry and log of a process, secrets masked in both; what nobody catches is told by them before it ends. */
export function startReporting(
  { name, logLevel }: { readonly name: string; readonly logLevel: LogLevel },
  settings: TelemetrySettings,
  env: Env,
): Reporting {
  const redactor = new Redactor(env);
  const telemetry = startTelemetry(env, name, redactor);
  const log = buildLogger({
    ...{ name, level: logLevel, redactor, export: telemetry.enabled },
    stdout: new LineBatch(process.stdout),
    ...settings,
  });
  endOnCrash(log, telemetry);
  log[telemetry.severity](telemetry.summary);
  for (const warning of telemetry.warnings) log.warn(warning);
  return { log, telemetry };
}
