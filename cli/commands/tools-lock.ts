import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { nameWidth, reporter, styleFor } from '../console';
import { interruption } from '../interrupt';
import { UserError } from '../local/errors';
import { calledName, lockName } from '../local/called-servers';
import { askedAs } from '../local/lock/asked-servers';
import { type AskedServer, listTools } from '../local/lock/list-tools';
import {
  type Difference,
  differences,
  isLocked,
  readLock,
  TOOLS_LOCK,
  updated,
  writeLock,
} from '../local/lock/lock-file';
import { type Lockable, lockableOf } from '../local/lock/lockable';
import { chartsIn, readManifests } from '../local/manifests';
import { titlesOf } from '../local/plan';
import { noSecrets, readSecrets, type Secrets } from '../local/secrets';
import { NO_REAL_PARTS } from '../local/real/components';
import { whyAway } from '../local/start-of';
import { LocalSystem } from '../local/system';
import { type LockedServer, MCP_PATH } from '../../runtime/contract';

export interface ToolsLockOptions {
  readonly check?: boolean;
  readonly lock: string;
  readonly manifests: string;
  readonly secrets?: string;
}

/** `kaos tools lock`: asks tool servers what they offer, and writes it down or compares it. */
export async function toolsLock(
  charts: readonly string[],
  options: ToolsLockOptions,
  binDirectory: string,
): Promise<void> {
  const { signal } = interruption();
  if (options.check && !existsSync(options.lock))
    throw new UserError(`there is no ${options.lock} to check; write it with \`kaos tools lock\``);
  const before = readLock(options.lock);
  const secrets = options.secrets === undefined ? noSecrets : readSecrets(options.secrets);
  const wanted = charts.length > 0 ? charts : chartsIn(options.manifests);
  const said = new Map<string, LockedServer>();
  const skipped: string[] = [];
  const where = { secrets, binDirectory, toolsLock: resolve(TOOLS_LOCK) };
  for (const manifests of readManifests(options.manifests, wanted)) {
    const lockable = lockableOf(manifests, secrets, (server) => whyAway(server, where));
    if (!lockable) continue;
    skipped.push(...noteSkipped(lockable, secrets));
    for (const [name, server] of await ask(lockable, secrets, binDirectory, signal)) said.set(name, server);
  }
  const isAsked = (name: string) => charts.length === 0 || charts.includes(name.split('/')[0] ?? '');
  const after = updated(before, said, (name) => isAsked(name) && !skipped.includes(name));
  const all = differences(before, after);
  const changes = options.check ? all.filter(({ server }) => isLocked(before, server)) : all;
  for (const { kind, server, tool } of changes) process.stdout.write(`${kind.padEnd(7)} ${server} ${tool}\n`);
  if (!options.check) writeLock(options.lock, after);
  else {
    noteUnlocked(all.filter((change) => !changes.includes(change)));
    if (changes.length > 0) throw notWhatTheySay(options.lock);
  }
  process.stderr.write(
    options.check
      ? `${options.lock} is what the servers say that are locked\n`
      : `${options.lock} has ${count(after.servers)} tools of ${said.size} servers that were asked\n`,
  );
}

/** Nothing says what they should offer, so that nothing differs; whoever wants them locked sees which are not. */
function noteUnlocked(tools: readonly Difference[]): void {
  for (const name of new Set(tools.map(({ server }) => server)))
    process.stderr.write(`${name} is not locked; to lock it, run \`kaos tools lock\`\n`);
}

function notWhatTheySay(lock: string): UserError {
  return new UserError(
    `${lock} is not what the servers say; run \`kaos tools lock\`, and look at what changed`,
  );
}

/** Starts the servers that run here, asks all that can be asked, and stops them. */
async function ask(
  { plan, callers, remote }: Lockable,
  secrets: Secrets,
  binDirectory: string,
  signal: AbortSignal,
): Promise<[string, LockedServer][]> {
  const there = secrets.size > 0 ? remote.map((server) => askedAs(server, secrets)) : [];
  if (plan.workloads.length === 0) return askAll(there);
  const watcher = reporter(process.stderr, styleFor(process.stderr), nameWidth(titlesOf(plan)));
  const system = await LocalSystem.start(
    plan,
    { ports: new Map(), secrets, binDirectory, watcher, real: NO_REAL_PARTS, restart: false },
    signal,
  );
  try {
    const here = plan.workloads.map((server): AskedServer => {
      const [caller, url] = [callers.get(server), system.ports.urlOf(server)];
      const asked = caller ? askedAs(caller, secrets, url) : { url: url + MCP_PATH };
      return { ...asked, name: lockName(server, server.name) };
    });
    return await askAll([...here, ...there]);
  } finally {
    await system.stop();
  }
}

function askAll(servers: readonly AskedServer[]): Promise<[string, LockedServer][]> {
  return Promise.all(
    servers.map(async (server): Promise<[string, LockedServer]> => [server.name, await listTools(server)]),
  );
}

/** @returns names of the servers that are not asked, which keep what is locked of them */
function noteSkipped({ away, remote }: Lockable, secrets: Secrets): string[] {
  const skipped = [
    ...away.map(({ server, why }): [string, string] => [lockName(server, server.name), why]),
    ...(secrets.size > 0 ? [] : remote).map((server): [string, string] => [
      calledName(server),
      'somebody else runs it; it is asked with --secrets',
    ]),
  ];
  for (const [name, reason] of skipped) process.stderr.write(`${name} is skipped: ${reason}\n`);
  return skipped.map(([name]) => name);
}

function count(servers: Readonly<Record<string, LockedServer>>): number {
  return Object.values(servers).reduce((sum, { tools }) => sum + Object.keys(tools).length, 0);
}
