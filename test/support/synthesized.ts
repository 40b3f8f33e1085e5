import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { type Manifest } from './synth';

const OUTPUT = join(__dirname, '../../dist');

/** What synthesis wrote for one App: everything in one directory is applied together. */
export interface Synthesized {
  /** Directory, as seen from `dist/`. */
  readonly directory: string;
  readonly objects: readonly Manifest[];
}

/** All that `npm run synth` wrote into `dist/`. */
export function synthesized(): Synthesized[] {
  const files = readdirSync(OUTPUT, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.yaml'))
    .sort();
  const directories = [...new Set(files.map((file) => dirname(file)))];
  return directories.map((directory) => ({
    directory: relative(OUTPUT, join(OUTPUT, directory)) || '.',
    objects: files
      .filter((file) => dirname(file) === directory)
      .flatMap((file) => parseAllDocuments(readFileSync(join(OUTPUT, file), 'utf8')))
      .map((document) => document.toJS({ maxAliasCount: 0 })),
  }));
}
