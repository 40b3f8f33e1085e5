import { type Logger } from 'pino';
import { format } from 'node:util';

/** Libraries that complain on the console are heard like all else: as lines of the log, with secrets masked. */
export function logConsole(log: Logger): void {
  console.warn = (...said: unknown[]) => log.warn(...lineOf(said));
  console.error = (...said: unknown[]) => log.error(...lineOf(said));
}

function lineOf(said: readonly unknown[]): [fields: object, message: string] {
  const error = said.find((part) => part instanceof Error);
  const words = said.filter((part) => part !== error);
  return [error ? { err: error } : {}, format(...words)];
}
