import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Installed } from './component';

/** Where Python is to be found, the one that people mean first. */
const CANDIDATES = ['python3', 'python3.12', 'python3.13', 'python3.14', 'python3.11'];
const NEW_ENOUGH = 'import sys; sys.exit(sys.version_info < (3, 11))';

/** A virtual environment, and what is to be in it. */
export interface PythonEnvironment {
  readonly directory: string;
  /** File with every package, pinned. */
  readonly requirements: string;
  /** Module that is there when all is. */
  readonly module: string;
  /**
   * Whether each package must have one of the hashes that stand beside it.
   * @default false
   */
  readonly hashes?: boolean;
}

/** Makes an environment, unless there is one made of the same requirements. */
export function installPython(environment: PythonEnvironment): Installed {
  const { directory, requirements, module, hashes = false } = environment;
  const python = join(directory, 'bin/python');
  // Says which requirements it was made of, once all of them are in it.
  const stamp = join(directory, 'requirements.sha256');
  const digest = createHash('sha256').update(readFileSync(requirements)).digest('hex');
  const isMade = existsSync(stamp) && readFileSync(stamp, 'utf8') === digest;
  if (isMade && runs(python, '-c', `import ${module}`)) return there('is there', directory);

  const base = CANDIDATES.find((candidate) => runs(candidate, '-c', NEW_ENOUGH));
  if (base === undefined) return missing(`no Python 3.11 or later on the PATH (${CANDIDATES.join(', ')})`);
  rmSync(directory, { recursive: true, force: true });
  const made = run(base, '-m', 'venv', directory);
  if (made.status !== 0) return missing(`${base} makes no virtual environment: ${lastLine(made)}`);
  const options = ['--quiet', '--disable-pip-version-check', ...(hashes ? ['--require-hashes'] : [])];
  const installed = run(python, '-m', 'pip', 'install', ...options, '-r', requirements);
  if (installed.status !== 0) return missing(`pip installs nothing, is it offline? ${lastLine(installed)}`);
  writeFileSync(stamp, digest);
  return there('installed', directory);
}

function there(what: string, directory: string): Installed {
  return { isThere: true, says: `${what}, in ${directory}` };
}

function missing(why: string): Installed {
  return { isThere: false, says: why };
}

function run(command: string, ...args: string[]) {
  return spawnSync(command, args, { encoding: 'utf8' });
}

function runs(command: string, ...args: string[]): boolean {
  return run(command, ...args).status === 0;
}

function lastLine({ stdout, stderr }: { stdout: string; stderr: string }): string {
  return `${stdout}${stderr}`.trim().split('\n').at(-1) ?? '';
}
