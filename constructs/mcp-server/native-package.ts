import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { packageDirectory, packageOf } from './package-paths';

/** A package with machine code, which a bundle cannot hold. */
export interface NativePackage {
  readonly name: string;
  /** By what it is known. */
  readonly evidence: string;
}

/** Packages that are there to build machine code, or to find it. */
const BUILDERS = [
  '@mapbox/node-pre-gyp',
  'bindings',
  'nan',
  'node-addon-api',
  'node-gyp-build',
  'node-pre-gyp',
  'prebuild-install',
];

/**
 * The first package with machine code among bundled files.
 *
 * @param paths of the files, from `directory`
 */
export function nativePackageAmong(paths: readonly string[], directory: string): NativePackage | undefined {
  const binary = paths.find((path) => path.endsWith('.node'));
  if (binary !== undefined) return { name: packageOf(binary) ?? binary, evidence: 'a .node file' };
  const packages = new Map(
    paths.flatMap((path) => {
      const name = packageOf(path);
      return name === undefined ? [] : [[packageDirectory(path), name]];
    }),
  );
  for (const [path, name] of packages) {
    const evidence = evidenceIn(resolve(directory, path));
    if (evidence) return { name, evidence };
  }
  return undefined;
}

function evidenceIn(directory: string): string | undefined {
  const file = ['binding.gyp', 'prebuilds'].find((name) => existsSync(join(directory, name)));
  if (file) return file;
  const manifest = join(directory, 'package.json');
  if (!existsSync(manifest)) return undefined;
  const { gypfile, napi, dependencies, binary } = JSON.parse(readFileSync(manifest, 'utf8')) as {
    readonly gypfile?: unknown;
    readonly napi?: unknown;
    readonly binary?: unknown;
    readonly dependencies?: Readonly<Record<string, string>>;
  };
  if (gypfile === true) return 'gypfile in its package.json';
  if (napi !== undefined || binary !== undefined) return 'native bindings in its package.json';
  const builder = BUILDERS.find((name) => dependencies && Object.hasOwn(dependencies, name));
  return builder && `its dependency ${builder}`;
}
