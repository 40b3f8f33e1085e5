import { nameWidth, reporter, styleFor } from '../console';
import { interruption } from '../interrupt';
import { UserError } from '../local/errors';
import { type AskedServer, listTools } from '../local/lock/list-tools';
import { differences, readLock, updated, writeLock } from '../local/lock/lock-file';
import { askedRemote, type Lockable, lockableOf, lockName } from '../local/lock/lockable';
import { chartsIn, readManifests } from '../local/manifests';
import { titlesOf } from '../local/plan';
import { noSecrets, readSecrets, type Secrets } from '../local/secrets';
import { NO_REAL_PARTS } from '../local/real/components';
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
  const before = readLock(options.lock);
  const secrets = options.secrets === undefined ? noSecrets : readSecrets(options.secrets);
  const wanted = charts.length > 0 ? charts : chartsIn(options.manifests);
  const said = new Map<string, LockedServer>();
  const skipped: string[] = [];
  for (const manifests of readManifests(options.manifests, wanted)) {
    const lockable = lockableOf(manifests, secrets);
    if (!lockable) continue;
    skipped.push(...noteSkipped(lockable, secrets));
    for (const [name, server] of await ask(lockable, secrets, binDirectory, signal)) said.set(name, server);
  }
  const isAsked = (name: string) => charts.length === 0 || charts.includes(name.split('/')[0] ?? '');
  const after = updated(before, said, (name) => isAsked(name) && !skipped.includes(name));
  const changes = differences(before, after);
  for (const { kind, server, tool } of changes) process.stdout.write(`${kind.padEnd(7)} ${server} ${tool}\n`);
  if (!options.check) writeLock(options.lock, after);
  else if (changes.length > 0)
    throw new UserError(
      `${options.lock} is not what the servers say; run \`kaos tools lock\`, and look at what changed`,
    );
  process.stderr.write(
    `${options.lock} has ${count(after.servers)} tools of ${said.size} servers that were asked\n`,
  );
}

/** Starts the servers that run here, asks all that can be asked, and stops them. */
async function ask(
  { plan, remote }: Lockable,
  secrets: Secrets,
  binDirectory: string,
  signal: AbortSignal,
): Promise<[string, LockedServer][]> {
  const there = secrets.size > 0 ? remote.map((server) => askedRemote(server, secrets)) : [];
  if (plan.workloads.length === 0) return askAll(there);
  const watcher = reporter(process.stderr, styleFor(process.stderr), nameWidth(titlesOf(plan)));
  const system = await LocalSystem.start(
    plan,
    { ports: new Map(), secrets, binDirectory, watcher, real: NO_REAL_PARTS, restart: false },
    signal,
  );
  try {
    const here = plan.workloads.map((server): AskedServer => ({
      name: lockName(server, server.name),
      url: system.ports.urlOf(server) + MCP_PATH,
    }));
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
function noteSkipped({ foreign, remote }: Lockable, secrets: Secrets): string[] {
  const skipped = [
    ...foreign.map((server): [string, string] => [
      lockName(server, server.name),
      `image ${server.container.image} does not run on this machine`,
    ]),
    ...(secrets.size > 0 ? [] : remote).map(({ agent, server }): [string, string] => [
      lockName(agent, server.name),
      'somebody else runs it; it is asked with --secrets',
    ]),
  ];
  for (const [name, reason] of skipped) process.stderr.write(`${name} is skipped: ${reason}\n`);
  return skipped.map(([name]) => name);
}

function count(servers: Readonly<Record<string, LockedServer>>): number {
  return Object.values(servers).reduce((sum, { tools }) => sum + Object.keys(tools).length, 0);
}
