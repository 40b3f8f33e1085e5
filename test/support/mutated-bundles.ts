import { build } from 'esbuild';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** A change to a file of the runtime that takes something away from it. */
export interface Mutation {
  /** Path from the root of the project. */
  readonly file: string;
  /** A text that stands in it exactly once … */
  readonly from: string;
  /** … and what stands there instead. */
  readonly to: string;
}

const ROOT = resolve(__dirname, '../..');

/** The processes of this project, with mutations. */
export interface MutatedBundles {
  readonly directory: string;
  remove(): void;
}

/** @throws Error when a text is not there exactly once: then the mutation would change nothing, or who knows what */
export async function bundleMutated(mutations: readonly Mutation[]): Promise<MutatedBundles> {
  const directory = mkdtempSync(join(tmpdir(), 'kaos-mutated-'));
  await build({
    entryPoints: {
      agent: 'runtime/agent/main.ts',
      'mcp-server': 'runtime/mcp-server/main.ts',
      gateway: 'cli/local/gateway/main.ts',
      'end-with-parent': 'cli/local/end-with-parent.ts',
    },
    absWorkingDir: ROOT,
    outdir: directory,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    logLevel: 'warning',
    plugins: [
      {
        name: 'mutate',
        setup({ onLoad }) {
          const files = [...new Set(mutations.map(({ file }) => file))];
          for (const file of files) {
            const filter = new RegExp(`${file.replaceAll('.', '\\.')}$`);
            onLoad({ filter }, ({ path }) => ({
              contents: mutations
                .filter((mutation) => mutation.file === file)
                .reduce(mutate, readFileSync(path, 'utf8')),
              loader: 'ts',
            }));
          }
        },
      },
    ],
  });
  return { directory, remove: () => rmSync(directory, { recursive: true }) };
}

function mutate(source: string, { file, from, to }: Mutation): string {
  const parts = source.split(from);
  if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} times what is to change: ${from}`);
  return parts.join(to);
}
