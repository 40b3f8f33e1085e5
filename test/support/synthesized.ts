import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
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
  return outputFiles().map(({ directory, files }) => ({
    directory,
    objects: files
      .flatMap((file) => parseAllDocuments(readFileSync(file, 'utf8')))
      .map((document) => document.toJS({ maxAliasCount: 0 })),
  }));
}

/** The files that it wrote, by directory as seen from `dist/`. */
export function outputFiles(): { directory: string; files: string[] }[] {
  const files = readdirSync(OUTPUT, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.yaml'))
    .sort();
  return [...new Set(files.map((file) => dirname(file)))].map((directory) => ({
    directory,
    files: files.filter((file) => dirname(file) === directory).map((file) => join(OUTPUT, file)),
  }));
}
