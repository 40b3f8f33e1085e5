import { type Logger } from 'pino';
import { type Closing } from './serve';

/**
 * What nobody caught leaves the process in a state that nobody knows: it is logged with its trace, telemetry is sent
 * as far as that is soon done, and the process ends with 1.
 */
export function endOnCrash(log: Logger, telemetry: Closing): void {
  let isEnding = false;
  const end = (what: string) => (thrown: unknown) => {
    log.fatal({ err: thrown instanceof Error ? thrown : new Error(String(thrown)) }, what);
    if (isEnding) return;
    isEnding = true;
    void telemetry.close().finally(() => process.exit(1));
  };
  process.on('uncaughtException', end('nobody caught an exception'));
  process.on('unhandledRejection', end('nobody caught a rejection'));
}
