import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { nobodyAt } from './http';

/** A real Redis that keeps nothing on disk. */
export interface RunningRedis {
  readonly url: string;
  readonly port: number;
  /** Holds still, or goes on: a server that is there and does not answer. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
  close(): Promise<void>;
}

/**
 * Like `describe` for tests that need `redis-server`. Where it is not installed they are skipped by name, unless the
 * environment says that nothing may be missing.
 */
export function describeWithRedis(name: string, tests: () => void): void {
  const isMissing = spawnSync('redis-server', ['--version']).error !== undefined;
  if (!isMissing || process.env.KAOS_REQUIRE_COMPONENTS === '1') describe(name, tests);
  else describe.skip(`${name} (redis-server is not on the PATH)`, tests);
}

/** @param port 0 takes any that is free */
export async function startRedis(options: { port?: number; password?: string } = {}): Promise<RunningRedis> {
  const port = options.port || (await nobodyAt()).port;
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const password = options.password === undefined ? [] : ['--requirepass', options.password];
  const child = spawn('redis-server', [...settings, ...password], { stdio: ['ignore', 'pipe', 'inherit'] });
  await accepting(child);
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    signal: (signal) => void child.kill(signal),
    close: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    },
  };
}

function accepting(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('Ready to accept connections')) resolve();
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`redis-server ended with ${code}:\n${said}`)));
  });
}
