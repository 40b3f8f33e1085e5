import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The code blocks of the README that name a file in their first line, by that file. */
export function readmeFiles(): ReadonlyMap<string, string> {
  const text = readFileSync(join(__dirname, '../../README.md'), 'utf8');
  const blocks = [...text.matchAll(/```(?:ts|jsonc)\n(\/\/ (\S+)\n[^]*?)```/g)];
  return new Map(blocks.map(([, code = '', file = '']) => [file, code]));
}
