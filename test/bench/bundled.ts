import { buildSync } from 'esbuild';
import { join, resolve } from 'node:path';

/** A program of this folder, bundled as our processes are, so that none is ahead for that. */
export function bundled(name: string, directory: string): string {
  const outfile = join(directory, `${name}.js`);
  buildSync({
    entryPoints: [join(__dirname, `${name}.ts`)],
    absWorkingDir: resolve(__dirname, '../..'),
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    minify: true,
    keepNames: true,
    logLevel: 'warning',
  });
  return outfile;
}
