import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { type Env, pythonServerConfigToEnv, READY_PATH } from '../../runtime/contract';
import { PYTHON } from '../components/python';
import { nobodyAt, until } from './http';
import { type RealProcess } from './real-process';

/** Where the server's own code is. */
export const PYTHON_DIRECTORY = resolve(__dirname, '../../runtime/python');

/**
 * Like `describe` for tests that need the real FastMCP. Where `npm run components` has not installed it they are skipped
 * by name, unless the environment says that nothing may be missing.
 */
export function describeWithPython(name: string, tests: () => void): void {
  if (existsSync(PYTHON) || process.env.KAOS_REQUIRE_COMPONENTS === '1') describe(name, tests);
  else describe.skip(`${name} (FastMCP is not in .components; npm run components)`, tests);
}

/** Runs Python with that environment and nothing else of ours; it does not stay longer than `lifeMs`. */
export function startPython(args: readonly string[], env: Env, lifeMs = 120_000): RealProcess {
  const child = spawn(PYTHON, ['-P', ...args], {
    env: { PYTHONPATH: PYTHON_DIRECTORY, PYTHONDONTWRITEBYTECODE: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: lifeMs,
    killSignal: 'SIGKILL',
  });
  return {
    pid: child.pid ?? 0,
    stdout: text(child.stdout),
    stderr: text(child.stderr),
    exit: once(child, 'exit').then(([code, signal]) => code ?? signal),
    kill: (signal) => void child.kill(signal),
  };
}

export interface PythonServer extends RealProcess {
  readonly url: string;
}

/** Servers of one test file, and the code that they serve. */
export class PythonServers {
  private readonly directory = mkdtempSync(join(tmpdir(), 'kaos-python-'));
  private readonly running: RealProcess[] = [];

  file(code: string, name = 'tools.py'): string {
    const file = join(this.directory, name);
    writeFileSync(file, code);
    return file;
  }

  /** Settles once it is ready, or has ended. */
  async start(code: string, env: Env = {}): Promise<PythonServer> {
    const { port, url } = await nobodyAt();
    const config = { name: 'snakes', toolsFile: this.file(code), host: '127.0.0.1', port };
    const server = startPython(['-m', 'kaos_mcp'], { ...pythonServerConfigToEnv(config), ...env });
    this.running.push(server);
    let hasEnded = false;
    void server.exit.then(() => (hasEnded = true));
    const isReady = () =>
      fetch(url + READY_PATH).then(
        (reply) => reply.ok,
        () => false,
      );
    await until(async () => hasEnded || (await isReady()));
    return { ...server, url };
  }

  /** Ends all of them, those that a failed test left behind too. */
  async stop(): Promise<void> {
    const stopping = this.running.splice(0);
    stopping.forEach((server) => server.kill('SIGTERM'));
    await Promise.all(stopping.map((server) => server.exit));
  }

  remove(): void {
    rmSync(this.directory, { recursive: true });
  }
}
