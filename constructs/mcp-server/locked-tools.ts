import { createHash } from 'node:crypto';
import { type IConstruct } from 'constructs';
import { type LockedServer, toolDigest } from '../../runtime/contract';
import { fail } from '../fail';

/** Refuses a lock that locks nothing, or in which a tool says something else than what its digest is of. */
export function checkLock(scope: IConstruct, { tools }: LockedServer): void {
  if (Object.keys(tools).length === 0)
    fail(scope, 'the lock of its tools has none', 'write it by `kaos tools lock`');
  for (const [name, { description, inputSchema, digest }] of Object.entries(tools)) {
    if (toolDigest({ name, description, inputSchema }, sha256) === digest) continue;
    fail(
      scope,
      `the lock of tool "${name}" has a digest that is not of its description and schema`,
      'write it anew by `kaos tools lock`',
    );
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
