import { existsSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { basename, dirname, extname, resolve } from 'node:path';
import { type IConstruct } from 'constructs';
import { buildSync, type BuildFailure, type BuildOptions, type BuildResult, type Message } from 'esbuild';
import { PROVIDED_MODULES } from '../../runtime/contract';
import { fail } from '../fail';
import { refuseSecretCode } from '../refuse-secrets';

/** A tool module and all that it brings along, in one file. */
export interface ToolBundle {
  readonly fileName: string;
  readonly code: string;
}

/** Bundles a TypeScript or JavaScript module for the MCP server process, as readable as bundled code can be. */
export function bundleToolModule(scope: IConstruct, path: string): ToolBundle {
  const file = resolve(path);
  if (!existsSync(file)) {
    fail(
      scope,
      `there is no tool module "${path}"`,
      `give a path from ${process.cwd()}, where synthesis runs`,
    );
    return NOTHING;
  }
  const fileName = `${basename(file, extname(file))}.js`;
  if (!/^[-.\w]+$/.test(fileName)) {
    fail(
      scope,
      `the file name of tool module "${path}" cannot be a ConfigMap key`,
      'use letters, digits, "-" and "_"',
    );
  }
  const { code, imports, problem } = bundle(file);
  if (problem) {
    fail(scope, `tool module "${path}" cannot be bundled: ${problem}`, 'correct the module');
    return NOTHING;
  }
  const missing = imports.find((name) => !isBuiltin(name) && !isProvided(name));
  if (missing) {
    const provided = PROVIDED_MODULES.map((name) => `"${name}"`).join(' and ');
    fail(
      scope,
      `tool module "${path}" imports "${missing}"`,
      `of these packages the process provides ${provided} alone`,
    );
  }
  refuseSecretCode(scope, `tool module "${path}"`, code);
  return { fileName, code };
}

/** Stands for a module that cannot be had, until synthesis reports why. */
const NOTHING: ToolBundle = { fileName: 'tools.js', code: '' };

type Options = BuildOptions & { write: false; metafile: true };

function bundle(file: string): { code: string; imports: string[]; problem?: string } {
  const options: Options = {
    // Paths in the output are relative to it, so the same module gives the same bytes on every machine.
    absWorkingDir: dirname(file),
    entryPoints: [basename(file)],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    charset: 'utf8',
    legalComments: 'none',
    external: [...PROVIDED_MODULES],
    logLevel: 'silent',
  };
  try {
    const result: BuildResult<Options> = buildSync(options);
    const outputs = Object.values(result.metafile.outputs);
    return {
      code: result.outputFiles.map(({ text }) => text).join(''),
      imports: outputs.flatMap((output) => output.imports.map((imported) => imported.path)),
      problem: describe(result.warnings),
    };
  } catch (error) {
    return { code: '', imports: [], problem: describe((error as BuildFailure).errors) };
  }
}

function describe([message]: readonly Message[]): string | undefined {
  if (!message) return undefined;
  const { location, text } = message;
  return location ? `${location.file}:${location.line}:${location.column + 1}: ${text}` : text;
}

function isProvided(name: string): boolean {
  return PROVIDED_MODULES.some((provided) => provided === name);
}
