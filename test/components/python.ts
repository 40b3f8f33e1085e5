import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Component, type Installed } from './component';

const ROOT = join(__dirname, '../..');
const REQUIREMENTS = join(ROOT, 'runtime/python/requirements.txt');
const ENVIRONMENT = join(ROOT, '.components/python');
/** Says which requirements the environment was made of, once all of them are in it. */
const STAMP = join(ENVIRONMENT, 'requirements.sha256');

/** Interpreter of the environment. */
export const PYTHON = join(ENVIRONMENT, 'bin/python');

/** Where Python is to be found, the one that people mean first. */
const CANDIDATES = ['python3', 'python3.12', 'python3.13', 'python3.14', 'python3.11'];
const NEW_ENOUGH = 'import sys; sys.exit(sys.version_info < (3, 11))';

/** FastMCP and OpenTelemetry, in the versions that the image for tools in Python has. */
export const python: Component = {
  name: 'FastMCP and OpenTelemetry for Python',
  without: 'tests of tools in Python are skipped, and `kaos up` needs a Python of yours that has both',
  install() {
    const digest = createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex');
    if (isMadeOf(digest)) return there('is there');
    const base = CANDIDATES.find((candidate) => runs(candidate, '-c', NEW_ENOUGH));
    if (base === undefined) return missing(`no Python 3.11 or later on the PATH (${CANDIDATES.join(', ')})`);
    rmSync(ENVIRONMENT, { recursive: true, force: true });
    const made = run(base, '-m', 'venv', ENVIRONMENT);
    if (made.status !== 0) return missing(`${base} makes no virtual environment: ${lastLine(made)}`);
    const args = [
      'install',
      '--quiet',
      '--disable-pip-version-check',
      '--require-hashes',
      '-r',
      REQUIREMENTS,
    ];
    const installed = run(PYTHON, '-m', 'pip', ...args);
    if (installed.status !== 0) return missing(`pip installs nothing, is it offline? ${lastLine(installed)}`);
    writeFileSync(STAMP, digest);
    return there('installed');
  },
};

function isMadeOf(digest: string): boolean {
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === digest && runs(PYTHON, '-c', 'import fastmcp');
}

function there(what: string): Installed {
  return { isThere: true, says: `${what}, in ${ENVIRONMENT}` };
}

function missing(why: string): Installed {
  return { isThere: false, says: why };
}

function runs(command: string, ...args: string[]): boolean {
  return run(command, ...args).status === 0;
}

function run(command: string, ...args: string[]) {
  return spawnSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

function lastLine({ stdout, stderr, error }: ReturnType<typeof run>): string {
  return error?.message ?? (stderr || stdout).trim().split('\n').at(-1) ?? '';
}
