import { type IConstruct } from 'constructs';

/**
 * Makes synthesis fail: which construct, what is wrong with it, and what to do about it. Construction goes on, so
 * that synthesis reports all that is wrong with an app at once.
 */
export function fail(scope: IConstruct, problem: string, fix: string): void {
  scope.node.addValidation({ validate: () => [`${problem}; ${fix}`] });
}
