import { existsSync } from 'node:fs';
import { basename, dirname, extname, resolve } from 'node:path';
import { type IConstruct } from 'constructs';
import { type Message } from 'esbuild';
import { PROVIDED_MODULES } from '../../runtime/contract';
import { fail } from '../fail';
import { refuseSecretCode } from '../refuse-secrets';
import { bundle, type Bundled, LIBRARY } from './esbuild-bundle';
import { nativePackageAmong } from './native-package';
import { packageOf } from './package-paths';

/** A tool module and all that it brings along, in one file. */
export interface ToolBundle {
  readonly fileName: string;
  readonly code: string;
}

/** Stands for a module that cannot be had, until synthesis reports why. */
const NO_TOOLS: ToolBundle = { fileName: 'tools.js', code: '' };

/** Of the 1,048,576 bytes that the API server takes in a ConfigMap, names, labels and annotations need some. */
const MAX_BYTES = 1_000_000;
const IMAGE_FIX = 'build an image that has it, as runtime/Dockerfile shows';

/** Bundles a TypeScript or JavaScript module for the MCP server process. */
export function bundleToolModule(scope: IConstruct, path: string): ToolBundle {
  const file = resolve(path);
  if (!existsSync(file)) {
    const fix = `give a path from ${process.cwd()}, where synthesis runs`;
    fail(scope, `there is no tool module "${path}"`, fix);
    return NO_TOOLS;
  }
  const fileName = `${basename(file, extname(file))}.js`;
  if (!/^[-.\w]+$/.test(fileName)) {
    const problem = `the file name of tool module "${path}" cannot be a ConfigMap key`;
    fail(scope, problem, 'use letters, digits, "-" and "_"');
  }
  const directory = dirname(file);
  const bundled = bundle({ absWorkingDir: directory, entryPoints: [basename(file)] });
  return { fileName, code: checked(scope, { what: `tool module "${path}"`, bundled, directory }) };
}

/**
 * The code of a bundle, or nothing when it cannot be run from a ConfigMap.
 *
 * @param where what esbuild's problems are said to be at
 */
export function checked(
  scope: IConstruct,
  { what, bundled, directory }: { what: string; bundled: Bundled; directory: string },
  where = positionIn,
): string {
  const { code, imports, files, problem } = bundled;
  if (problem) {
    fail(scope, `${what} cannot be bundled: ${where(problem)}${problem.text}`, 'correct the module');
    return '';
  }
  const native = nativePackageAmong([...files.keys()], directory);
  if (native) {
    const { name, evidence } = native;
    const fix = `${IMAGE_FIX}, or take a package without it`;
    fail(scope, `${what} imports "${name}", which has native code (${evidence})`, fix);
    return '';
  }
  // Packages ask for others in a try, and do without those that are not installed; what is provided always is.
  const library = imports.find((name) => isOfLibrary(name));
  if (library) {
    const fix = 'import tool from "cdk8s-kaos/tool", which is all of it that the process provides';
    fail(scope, `${what} imports "${library}"`, fix);
    return '';
  }
  const missing = imports.find((name) => isPartOfProvided(name));
  if (missing) {
    const provided = PROVIDED_MODULES.map((name) => `"${name}"`).join(' and ');
    fail(scope, `${what} imports "${missing}"`, `of these packages the process provides ${provided} alone`);
  }
  const bytes = Buffer.byteLength(code);
  if (bytes > MAX_BYTES) {
    const room = `a ConfigMap has room for ${MAX_BYTES}`;
    fail(scope, `${what} is ${bytes} bytes, most of them ${largestOf(files)}; ${room}`, IMAGE_FIX);
    return '';
  }
  refuseSecretCode(scope, what, code);
  return code;
}

function positionIn({ location }: Message): string {
  return location ? `${location.file}:${location.line}:${location.column + 1}: ` : '';
}

function isOfLibrary(name: string): boolean {
  const isProvided = PROVIDED_MODULES.some((provided) => provided === name);
  return !isProvided && (name === LIBRARY || name.startsWith(`${LIBRARY}/`));
}

function isPartOfProvided(name: string): boolean {
  return PROVIDED_MODULES.some((provided) => name.startsWith(`${provided}/`));
}

/** Where the most of a bundle comes from: a package, or the project's own code. */
function largestOf(files: Bundled['files']): string {
  const sizes = new Map<string, number>();
  for (const [path, bytes] of files) {
    const name = packageOf(path);
    const origin = name === undefined ? 'its own' : `of package "${name}"`;
    sizes.set(origin, (sizes.get(origin) ?? 0) + bytes);
  }
  return [...sizes].reduce((largest, size) => (size[1] > largest[1] ? size : largest), ['its own', 0])[0];
}
