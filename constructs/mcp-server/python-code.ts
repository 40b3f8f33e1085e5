import { existsSync, readFileSync } from 'node:fs';
import { basename, extname, resolve } from 'node:path';
import { type IConstruct } from 'constructs';
import { fail } from '../fail';
import { refuseSecretCode } from '../refuse-secrets';
import { syntaxErrorIn } from './python-syntax';

/** Where Python code is: in the app itself, or in a file. */
export type PythonOrigin = { readonly code: string } | { readonly path: string };

/** Python code as a server gets it. */
export interface PythonCode {
  readonly fileName: string;
  readonly code: string;
}

/** Stands for code that cannot be had, until synthesis reports why. */
const NOTHING: PythonCode = { fileName: 'tools.py', code: '' };

/** Reads the code of a server, and reports what of it can be known to be wrong. */
export function readPythonCode(scope: IConstruct, origin: PythonOrigin): PythonCode {
  const read = 'path' in origin ? readFile(scope, origin.path) : readText(scope, origin.code);
  if (!read) return NOTHING;
  const { what, fileName, code } = read;
  refuseSecretCode(scope, what, withoutPlaceholders(code));
  const found = syntaxErrorIn(code);
  if (found) {
    const { line, message, version } = found;
    fail(
      scope,
      `${what} has a syntax error in line ${line}: ${message}, says Python ${version}`,
      'correct it',
    );
  }
  return { fileName, code };
}

interface ReadCode extends PythonCode {
  /** What messages call it. */
  readonly what: string;
}

function readFile(scope: IConstruct, path: string): ReadCode | undefined {
  const file = resolve(path);
  const fileName = basename(file);
  if (!existsSync(file)) {
    const fix = `give a path from ${process.cwd()}, where synthesis runs`;
    fail(scope, `there is no Python file "${path}"`, fix);
    return undefined;
  }
  if (extname(file) !== '.py' || !/^[-.\w]+$/.test(fileName)) {
    fail(
      scope,
      `the name of Python file "${path}" cannot be used`,
      'give a .py file whose name has letters, digits, "-", "_" and "." alone',
    );
    return undefined;
  }
  return { what: `Python file "${path}"`, fileName, code: normalized(readFileSync(file, 'utf8')) };
}

function readText(scope: IConstruct, text: unknown): ReadCode | undefined {
  if (typeof text === 'string' && text.trim() !== '') {
    return { what: 'the Python code', fileName: 'tools.py', code: normalized(dedented(text)) };
  }
  const given = typeof text === 'string' ? 'empty' : `of type ${typeof text}`;
  fail(scope, `the Python code is ${given}`, 'give the text of at least one function');
  return undefined;
}

/**
 * The same bytes whatever the editor and however it was checked out, and none that would keep a ConfigMap from showing
 * the code as lines.
 */
function normalized(text: string): string {
  return `${text
    .replace(/^\uFEFF/, '')
    .replace(/\r\n?/g, '\n')
    .trimEnd()}\n`;
}

/** A template literal stands indented in its file, and begins with a line break. */
function dedented(text: string): string {
  const lines = text
    .replace(/\r\n?/g, '\n')
    .replace(/^[ \t]*\n/, '')
    .split('\n');
  const indents = lines.filter((line) => line.trim() !== '').map((line) => /^[ \t]*/.exec(line)?.[0] ?? '');
  const [first = ''] = indents;
  const shared = indents.reduce((common, indent) => commonStart(common, indent), first);
  return lines
    .map((line) => (line.startsWith(shared) ? line.slice(shared.length) : line.trimStart()))
    .join('\n');
}

function commonStart(a: string, b: string): string {
  const end = [...a].findIndex((character, index) => character !== b[index]);
  return end < 0 ? a : a.slice(0, end);
}

/** What an f-string puts in is no secret that stands in the code. */
function withoutPlaceholders(code: string): string {
  return code.replace(/\{[A-Za-z_][\w.]*\}/g, '');
}
