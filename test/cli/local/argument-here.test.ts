import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { argumentHere } from '../../../cli/local/argument-here';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kaos-test-'));
});
afterEach(() => rmSync(root, { recursive: true }));

/** Where the pod's files are here. */
const toLocal = (text: string) => (text.startsWith(root) ? join(root, 'pod', text) : text);

function write(file: string): string {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, '');
  return file;
}

test('a file of this machine stays where it is', () => {
  const file = write(join(root, 'server.js'));
  expect(argumentHere(file, toLocal)).toBe(file);
});

test('a mounted file is where those of the pod are, though another has its name', () => {
  const file = write(join(root, 'config.yaml'));
  const mounted = write(toLocal(file));
  expect(argumentHere(file, toLocal)).toBe(mounted);
});

test('what is not there yet, and what is no path, is as the pod has it', () => {
  const later = join(root, 'later');
  expect(argumentHere(later, toLocal)).toBe(toLocal(later));
  expect(argumentHere('--verbose', toLocal)).toBe('--verbose');
});
