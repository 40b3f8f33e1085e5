import { type PeerServer } from '../../runtime/contract';
import { EnvReader } from '../../runtime/contract/env-reader';
import { readMCPServers } from '../../runtime/contract/peer-servers';
import { containerEnvironment } from './environment';
import { type Secrets } from './secrets';
import { type Workload } from './workload';

/** A tool server as an agent calls it in a cluster. */
export interface CalledServer {
  readonly agent: Workload;
  readonly server: PeerServer;
}

/** The tool servers of all agents; one that several of them call is there for each. */
export function calledServers(workloads: readonly Workload[], secrets: Secrets): CalledServer[] {
  return workloads
    .filter(({ role }) => role === 'agent')
    .flatMap((agent) =>
      readMCPServers(new EnvReader(containerEnvironment(agent, secrets))).map((server) => ({
        agent,
        server,
      })),
    );
}

/** Those of them that other people run, each once. */
export function remoteServers(called: readonly CalledServer[]): CalledServer[] {
  const remote = called.filter(({ server }) => server.isExternal);
  const names = remote.map(calledName);
  return remote.filter((_server, index) => names.indexOf(names[index] ?? '') === index);
}

/** What the lock calls it. */
export function calledName({ agent, server }: CalledServer): string {
  return lockName(agent, server.name);
}

/** What the lock calls a server of a chart. */
export function lockName({ chart }: Pick<Workload, 'chart'>, server: string): string {
  return `${chart}/${server}`;
}
