import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Component } from './component';

const FILES = ['package.json', 'package-lock.json'].map((name) => join(__dirname, 'mcp', name));
const DIRECTORY = join(__dirname, '../../.components/mcp');
/** Says which packages are there, once all of them are. */
const STAMP = join(DIRECTORY, 'packages.sha256');

/** A Node as new as both of the others need. */
export const NODE = join(DIRECTORY, 'node_modules/node/bin/node');
/** The official conformance suite. */
export const CONFORMANCE = join(DIRECTORY, 'node_modules/@modelcontextprotocol/conformance/dist/index.js');
/** MCP Inspector, which has a command line of its own. */
export const INSPECTOR = join(DIRECTORY, 'node_modules/.bin/mcp-inspector');

/** What others check tool servers with, in packages that are none of ours and need a newer Node. */
export const mcpTools: Component = {
  name: 'MCP conformance suite and Inspector',
  without: 'tool servers are checked by our own tests alone',
  install() {
    if (areThere()) return { isThere: true, says: `is there, in ${DIRECTORY}` };
    rmSync(DIRECTORY, { recursive: true, force: true });
    mkdirSync(DIRECTORY, { recursive: true });
    for (const file of FILES) cpSync(file, join(DIRECTORY, file.slice(join(__dirname, 'mcp').length)));
    const npm = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
    const { status, stderr, error } = spawnSync('npm', npm, { cwd: DIRECTORY, encoding: 'utf8' });
    if (status !== 0)
      return { isThere: false, says: `npm installs nothing, is it offline? ${error?.message ?? stderr}` };
    writeFileSync(STAMP, digest());
    return { isThere: true, says: `installed, in ${DIRECTORY}` };
  },
};

/** Whether tests can run them: all the packages, in the versions that are asked for. */
export function areThere(): boolean {
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === digest();
}

function digest(): string {
  const hash = createHash('sha256');
  for (const file of FILES) hash.update(readFileSync(file));
  return hash.digest('hex');
}
