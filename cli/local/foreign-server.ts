import { dirname } from 'node:path';
import { type LocalCommand, withPort } from '../../runtime/contract';
import { lockName } from './called-servers';
import { readLock, TOOLS_LOCK, toolsOf } from './lock/lock-file';
import { argumentHere } from './argument-here';
import { lacksSecrets } from './needed-secrets';
import { ownBundle } from './own-bundle';
import { LOOPBACK } from './ports';
import { findProgram } from './programs';
import { demoToolName } from './stand-in-server/stand-in-tools';
import { type Localization, type Start } from './start-of';
import { type Workload } from './workload';

/**
 * A tool server whose image is not ours: the program that its manifest names, where that is installed and has the
 * Secrets that it needs, and otherwise a stand-in with the tools that it is known to have.
 */
export function foreignServer(
  workload: Workload,
  options: Localization,
  toLocal: (text: string) => string,
): Start | undefined {
  if (workload.role !== 'mcpserver') return undefined;
  const { localCommand } = workload;
  if (!localCommand) return standIn(workload, options);
  const found = programFor(workload, localCommand, options);
  if ('why' in found) return standIn(workload, options, found.why);
  return run(found.program, localCommand, workload, options, toLocal);
}

/** Why only a stand-in runs here for a server whose image is not ours; undefined where its program does. */
export function whyNoProgram(
  workload: Workload,
  options: Pick<Localization, 'secrets' | 'toolsLock'>,
): string | undefined {
  const { localCommand, container } = workload;
  if (!localCommand) return `image ${container.image} does not run on this machine`;
  const found = programFor(workload, localCommand, options);
  return 'why' in found ? found.why : undefined;
}

function programFor(
  workload: Workload,
  { command: [name = ''] }: LocalCommand,
  { secrets, toolsLock }: Pick<Localization, 'secrets' | 'toolsLock'>,
): { readonly program: string } | { readonly why: string } {
  if (lacksSecrets(workload, secrets)) return { why: `${name} needs Secrets that are not given` };
  const program = findProgram(name, dirname(toolsLock));
  return program === undefined ? { why: `${name} is not installed here` } : { program };
}

function run(
  program: string,
  local: LocalCommand,
  workload: Workload,
  { ports, binDirectory }: Localization,
  toLocal: (text: string) => string,
): Start {
  const { command, env } = withPort(local, ports.mainOf(workload));
  const [name, ...args] = command;
  return {
    command: [
      ...ownBundle(binDirectory, 'run-program.js'),
      program,
      ...args.map((text) => argumentHere(text, toLocal)),
    ],
    env: Object.fromEntries(Object.entries(env).map(([variable, value]) => [variable, toLocal(value)])),
    notes: [`${name} in place of its image`],
    isForeign: true,
  };
}

function standIn(workload: Workload, { ports, binDirectory, toolsLock }: Localization, why?: string): Start {
  const { name } = workload;
  const server = lockName(workload, name);
  const { length } = Object.keys(toolsOf(readLock(toolsLock), server));
  const tools = length > 0 ? `${length} of ${TOOLS_LOCK}` : `${demoToolName(name)} alone`;
  return {
    command: [
      ...ownBundle(binDirectory, 'stand-in-server.js'),
      ...['--name', name, '--server', server, '--lock', toolsLock],
      ...['--host', LOOPBACK, '--port', String(ports.mainOf(workload))],
    ],
    env: {},
    notes: [...(why === undefined ? [] : [why]), `stand-in with tools: ${tools}`],
  };
}
