import { type IConstruct } from 'constructs';

/** Stops synthesis: which construct, what is wrong with it, and what to do about it. */
export function fail(scope: IConstruct, problem: string, fix: string): never {
  throw new Error(`[${scope.node.path}] ${problem}; ${fix}`);
}
