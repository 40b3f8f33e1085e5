import { MCP_PATH, type PeerServer } from '../../../runtime/contract';
import { EnvReader } from '../../../runtime/contract/env-reader';
import { readMCPServers } from '../../../runtime/contract/peer-servers';
import { secretsIn } from '../../../runtime/contract/env-reader';
import { containerEnvironment } from '../environment';
import { type Manifests } from '../manifests';
import { fileAt } from '../mounts';
import { secretFiles } from '../needed-secrets';
import { buildPlan, type Plan } from '../plan';
import { type Secrets } from '../secrets';
import { isOwnProcess } from '../start-of';
import { type Workload } from '../workload';
import { type AskedServer } from './list-tools';

/** The tool servers of a chart, by how they can be asked for their tools. */
export interface Lockable {
  /** Those that run here, and nothing else. */
  readonly plan: Plan;
  /** Those whose image does not run here. */
  readonly foreign: readonly Workload[];
  /** Those of other people, with the agents that know how to call them. */
  readonly remote: readonly RemoteServer[];
}

interface RemoteServer {
  readonly agent: Workload;
  readonly server: PeerServer;
}

/** Pure: the manifests of a chart -> its tool servers; undefined where it has none. */
export function lockableOf(manifests: Manifests, secrets: Secrets): Lockable | undefined {
  const controllers = manifests.controllers.filter(({ metadata }) =>
    ['agent', 'mcpserver'].includes(metadata.labels.app ?? ''),
  );
  if (controllers.length === 0) return undefined;
  const whole = buildPlan([{ ...manifests, controllers, objects: [] }]);
  const servers = whole.workloads.filter(({ role }) => role === 'mcpserver');
  const agents = whole.workloads.filter(({ role }) => role === 'agent');
  const open = new Map(servers.filter(isOwnProcess).map((server) => [server, askingNobody(server)]));
  const addresses = whole.addresses.flatMap((address) => {
    const workload = open.get(address.workload);
    return workload ? [{ ...address, workload }] : [];
  });
  return {
    plan: { charts: whole.charts, workloads: [...open.values()], addresses },
    foreign: servers.filter((server) => !open.has(server)),
    remote: remoteOf(agents, secrets),
  };
}

/** Where and how a remote server is asked. */
export function askedRemote({ agent, server }: RemoteServer, secrets: Secrets): AskedServer {
  const read = (value: string | undefined, file: string | undefined) =>
    file === undefined
      ? value
      : fileAt(agent.mounts, file, (volume) => secretFiles(volume, secrets, agent.title))?.trim();
  const [key] = secretsIn(read(server.apiKey, server.apiKeyFile) ?? '');
  const headers = (server.headers ?? []).map(({ name, value, file }) => [name, read(value, file) ?? '']);
  const url = new URL(server.url);
  if (url.pathname === '/') url.pathname = MCP_PATH;
  return {
    name: lockName(agent, server.name),
    url: url.href,
    headers: {
      ...Object.fromEntries(headers),
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
    },
  };
}

/** What the lock calls a server. */
export function lockName({ chart }: Workload, server: string): string {
  return `${chart}/${server}`;
}

/** Each caller sees its own tools alone, and here all are wanted. Nobody but this machine can call it. */
function askingNobody(server: Workload): Workload {
  const env = server.container.env.filter(({ name }) => !/^MCP_(API_KEYS|CALLER)/.test(name));
  return { ...server, container: { ...server.container, env } };
}

function remoteOf(agents: readonly Workload[], secrets: Secrets): RemoteServer[] {
  const all = agents.flatMap((agent) =>
    readMCPServers(new EnvReader(containerEnvironment(agent, secrets)))
      .filter(({ isExternal }) => isExternal)
      .map((server) => ({ agent, server })),
  );
  const names = all.map(({ agent, server }) => lockName(agent, server.name));
  return all.filter((_remote, index) => names.indexOf(names[index] ?? '') === index);
}
