import { buildSync, type BuildFailure, type BuildOptions, type BuildResult, type Message } from 'esbuild';
import { PROVIDED_MODULES } from '../../runtime/contract';
import { withoutInstallPaths } from './package-paths';

/** This library itself, which makes manifests and is no part of a tool; it is refused by its name. */
export const LIBRARY = 'cdk8s-kaos';

/** What esbuild made of a module. */
export interface Bundled {
  readonly code: string;
  /** What it still asks for when it runs. */
  readonly imports: readonly string[];
  /** Bytes that each file has in the code, by its path from the directory of the build. */
  readonly files: ReadonlyMap<string, number>;
  /** Why there is no code, or none that means what it says. */
  readonly problem?: Message | undefined;
}

type Options = BuildOptions & { write: false; metafile: true };

/**
 * One CommonJS module, as readable as bundled code can be.
 *
 * @param absWorkingDir paths in the output are relative to it, so the same module gives the same bytes on every machine
 */
export function bundle(
  source: Pick<BuildOptions, 'entryPoints' | 'stdin'> & { readonly absWorkingDir: string },
): Bundled {
  const options: Options = {
    ...source,
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    charset: 'utf8',
    // Packages come with the licences that they are under.
    legalComments: 'inline',
    external: [...PROVIDED_MODULES, LIBRARY],
    // It is refused, by the name of its package rather than by that of the file.
    loader: { '.node': 'empty' },
    logLevel: 'silent',
  };
  try {
    const result: BuildResult<Options> = buildSync(options);
    const outputs = Object.values(result.metafile.outputs);
    const paths = Object.keys(result.metafile.inputs);
    const text = result.outputFiles.map((file) => file.text).join('');
    return {
      code: withoutInstallPaths(text, paths),
      imports: outputs.flatMap((output) => output.imports.map((imported) => imported.path)),
      files: new Map([
        ...paths.map((path): [string, number] => [path, 0]),
        ...outputs.flatMap(({ inputs }) =>
          Object.entries(inputs).map(([path, { bytesInOutput }]): [string, number] => [path, bytesInOutput]),
        ),
      ]),
      problem: result.warnings[0],
    };
  } catch (error) {
    return { code: '', imports: [], files: new Map(), problem: (error as BuildFailure).errors[0] };
  }
}
