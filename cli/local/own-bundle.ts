import { join } from 'node:path';

/** Starts one of our bundles in Node, which ends with this command. */
export function ownBundle(binDirectory: string, script: string): string[] {
  return [
    process.execPath,
    '--require',
    join(binDirectory, 'end-with-parent.js'),
    join(binDirectory, script),
  ];
}
