import { type Logger } from 'pino';
import { type Closing } from './serve';

/**
 * What nobody caught leaves the process in a state that nobody knows: it is logged with its trace, telemetry is sent
 * as far as that is soon done, and the process ends with 1.
 */
export function endOnCrash(log: Logger, telemetry: Closing): void {
  let isEnding = false;
  const end = (what: string) => (thrown: unknown) => {
    // Whatever goes wrong on the way out is not another crash; to log it could be what goes wrong.
    if (isEnding) return;
    isEnding = true;
    log.fatal({ err: thrown instanceof Error ? thrown : new Error(String(thrown)) }, what);
    void telemetry.close().finally(() => process.exit(1));
  };
  // That nobody reads the log any more is no reason to drop what runs.
  process.stdout.on('error', () => undefined);
  process.on('uncaughtException', end('nobody caught an exception'));
  process.on('unhandledRejection', end('nobody caught a rejection'));
}
