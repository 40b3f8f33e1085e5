import { buildSync } from 'esbuild';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { type Env, READY_PATH } from '../../runtime/contract';
import { until } from './http';

/** The processes of the runtime, bundled as they ship. */
export interface Bundles {
  readonly agent: string;
  readonly mcpServer: string;
  remove(): void;
}

/** Bundles with what `bundle.mjs` says, into a folder of its own. */
export function bundleProcesses(): Bundles {
  const outdir = mkdtempSync(join(tmpdir(), 'kaos-processes-'));
  buildSync({
    entryPoints: { agent: 'runtime/agent/main.ts', 'mcp-server': 'runtime/mcp-server/main.ts' },
    absWorkingDir: resolve(__dirname, '../..'),
    outdir,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    minify: true,
    keepNames: true,
    logLevel: 'warning',
  });
  return {
    agent: join(outdir, 'agent.js'),
    mcpServer: join(outdir, 'mcp-server.js'),
    remove: () => rmSync(outdir, { recursive: true }),
  };
}

export interface RealProcess {
  readonly pid: number;
  /** All that it wrote, once it has ended. */
  readonly stdout: Promise<string>;
  readonly stderr: Promise<string>;
  /** Its exit code, or the signal that ended it. */
  readonly exit: Promise<number | NodeJS.Signals | null>;
  kill(signal: NodeJS.Signals): void;
}

/**
 * Starts a bundle with that environment and nothing else of ours.
 *
 * @param lifeMs a test that fails leaves its process behind; it does not stay longer than that
 */
export function startProcess(bundle: string, env: Env, lifeMs = 20_000): RealProcess {
  const ends = { timeout: lifeMs, killSignal: 'SIGKILL' } as const;
  const child = spawn(process.execPath, [bundle], { env, stdio: ['ignore', 'pipe', 'pipe'], ...ends });
  return {
    pid: child.pid ?? 0,
    stdout: text(child.stdout),
    stderr: text(child.stderr),
    exit: once(child, 'exit').then(([code, signal]) => code ?? signal),
    kill: (signal) => void child.kill(signal),
  };
}

/** Settles once the process answers that it is ready, or that it lives. */
export async function ready(url: string, path = READY_PATH): Promise<void> {
  const isReady = () =>
    fetch(url + path).then(
      (reply) => reply.ok,
      () => false,
    );
  await until(isReady);
}

/** Settles once the process says that it is about to end. */
export async function draining(url: string): Promise<void> {
  await until(() =>
    fetch(url + READY_PATH).then(
      ({ status }) => status === 503,
      () => false,
    ),
  );
}
