import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// Made when it is needed: where all tests of a file are skipped, nothing is cleared up after them.
let directory: string | undefined;
let files = 0;

afterAll(() => {
  if (directory !== undefined) rmSync(directory, { recursive: true });
});

/** A file as a Secret is mounted. */
export interface SecretFile {
  readonly path: string;
  write(text: string): void;
  /** Takes it away; writing brings it back. */
  remove(): void;
}

/** @param text what it holds at first; without, there is no such file yet */
export function secretFile(text?: string): SecretFile {
  directory ??= mkdtempSync(join(tmpdir(), 'kaos-secrets-'));
  const path = join(directory, `key-${++files}`);
  const file: SecretFile = {
    path,
    write: (content) => writeFileSync(path, content),
    remove: () => rmSync(path, { force: true }),
  };
  if (text !== undefined) file.write(text);
  return file;
}
