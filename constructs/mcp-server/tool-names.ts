import { type IConstruct } from 'constructs';
import { fail } from '../fail';

/** Names that can stand in a list. */
const TOOL_NAME = /^[^\s,/*]+$/;

/**
 * Refuses a list of tools that says nothing, or something that cannot be.
 *
 * @param of what the list is called
 * @param known the tools that there are, where that is known
 */
export function checkToolNames(
  scope: IConstruct,
  of: string,
  names: readonly string[] | undefined,
  known?: readonly string[],
): void {
  if (!names) return;
  if (names.length === 0) fail(scope, `${of} is empty`, 'give at least one, or leave it out');
  for (const [index, name] of names.entries()) {
    if (!TOOL_NAME.test(name)) fail(scope, `${of} has "${name}"`, 'give names of tools');
    else if (names.indexOf(name) !== index) fail(scope, `${of} has "${name}" twice`, 'give it once');
    else if (known && !known.includes(name))
      fail(
        scope,
        `${of} has "${name}", which it does not offer`,
        `give some of ${known.join(', ') || 'none'}`,
      );
  }
}
