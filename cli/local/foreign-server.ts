import { dirname } from 'node:path';
import { type LocalCommand, withPort } from '../../runtime/contract';
import { readLock, TOOLS_LOCK, toolsOf } from './lock/lock-file';
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
  const [name = ''] = localCommand.command;
  if (lacksSecrets(workload, options.secrets))
    return standIn(workload, options, `${name} needs Secrets that are not given`);
  const program = findProgram(name, dirname(options.toolsLock));
  if (program === undefined) return standIn(workload, options, `${name} is not installed here`);
  return run(program, localCommand, workload, options, toLocal);
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
    command: [...ownBundle(binDirectory, 'run-program.js'), program, ...args.map(toLocal)],
    env: Object.fromEntries(Object.entries(env).map(([variable, value]) => [variable, toLocal(value)])),
    notes: [`${name} in place of its image`],
    isForeign: true,
  };
}

function standIn(workload: Workload, { ports, binDirectory, toolsLock }: Localization, why?: string): Start {
  const { name, chart } = workload;
  const server = `${chart}/${name}`;
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
