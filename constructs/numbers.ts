import { type IConstruct } from 'constructs';
import { fail } from './fail';

/** Whether it is a whole number, 1 or more. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 1;
}

/** Whether it is the number of a port. */
export function isPort(value: unknown): boolean {
  return isCount(value) && value <= 65_535;
}

/** Refuses what is given and is no whole number, 1 or more. */
export function checkCounts(
  scope: IConstruct,
  counts: Readonly<Record<string, number | undefined>>,
  of = '',
): void {
  for (const [name, count] of Object.entries(counts)) {
    if (count === undefined || isCount(count)) continue;
    fail(scope, `${name}${of} is ${count}`, 'give a whole number, 1 or more');
  }
}
