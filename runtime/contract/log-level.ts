import { type EnvReader } from './env-reader';

export const LOG_LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARNING', 'ERROR'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export function readLogLevel(read: EnvReader, ...variables: string[]): LogLevel | undefined {
  const variable = variables.find((name) => read.text(name) !== undefined);
  if (variable === undefined) return undefined;
  const word = read.required(variable).toUpperCase();
  const level = LOG_LEVELS.find((name) => name === (word === 'WARN' ? 'WARNING' : word));
  if (!level) read.problems.push(`${variable} is "${word}"; give one of ${LOG_LEVELS.join(', ')}`);
  return level;
}
