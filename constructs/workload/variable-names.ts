import { type IConstruct } from 'constructs';
import { fail } from '../fail';

/** Name of a variable, as shells take it too, and KAOS's with hyphens. */
const VARIABLE = /^[A-Za-z_][-A-Za-z0-9_.]*$/;

/** Refuses what no variable can be called. */
export function checkVariableNames(scope: IConstruct, of: string, names: readonly string[]): void {
  names
    .filter((name) => !VARIABLE.test(name))
    .forEach((name) =>
      fail(scope, `${of} has a variable "${name}"`, 'use letters, digits, "_", "-" and ".", no digit first'),
    );
}
