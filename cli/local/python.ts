import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UserError } from './errors';

/** Where `npm run components` puts it, in the project from which the command is run. */
const COMPONENT = '.components/python/bin/python';

/** Says which interpreter it is, where it has all that the server imports. */
const CHECK = `
import importlib.metadata as packages, sys
needed = ("opentelemetry-sdk", "opentelemetry-exporter-otlp-proto-grpc", "opentelemetry-exporter-otlp-proto-http")
versions = [packages.version(name) for name in needed]
fastmcp = tuple(int(part) for part in packages.version("fastmcp").split(".")[:2])
sys.exit("another FastMCP") if not (4, 2) <= fastmcp < (5, 0) else print(sys.executable)
`;

/**
 * How a server with tools in Python is started here.
 *
 * @param title what messages call it
 * @throws UserError when no Python here has what it needs
 */
export function pythonServer(title: string, binDirectory: string) {
  const directory = directoryOf(binDirectory);
  const python = findPython();
  if (python === undefined) throw new UserError(`${title} ${lacksPython(directory)}`);
  return {
    command: [python, '-P', '-m', 'kaos_mcp.beside_kaos'],
    env: { PYTHONPATH: directory, PYTHONUNBUFFERED: '1', PYTHONDONTWRITEBYTECODE: '1' },
  };
}

/** Why no server with tools in Python runs here; undefined where one does. */
export function whyNoPython(binDirectory: string): string | undefined {
  return findPython() === undefined ? `it ${lacksPython(directoryOf(binDirectory))}` : undefined;
}

function directoryOf(binDirectory: string): string {
  return join(binDirectory, '../python');
}

function lacksPython(directory: string): string {
  return (
    'has tools in Python, and no Python here has FastMCP and OpenTelemetry for them; in this repository run ' +
    `"npm run components", elsewhere "python3 -m pip install -r ${join(directory, 'requirements.txt')}" ` +
    'with Python 3.11 or later'
  );
}

function findPython(): string | undefined {
  return [resolve(COMPONENT), 'python3'].map(interpreterOf).find((found) => found !== undefined);
}

/** The interpreter itself: what is on the PATH may be a script that finds it by variables which children do not get. */
function interpreterOf(command: string): string | undefined {
  if (command.includes('/') && !existsSync(command)) return undefined;
  const { status, stdout } = spawnSync(command, ['-P', '-c', CHECK], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return status === 0 ? stdout.trim() : undefined;
}
