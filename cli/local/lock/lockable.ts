import { type CalledServer, calledServers, remoteServers } from '../called-servers';
import { type Manifests } from '../manifests';
import { addressesAt, buildPlan, type Plan } from '../plan';
import { type Secrets } from '../secrets';
import { hasOurServer } from '../start-of';
import { type Workload } from '../workload';

/** The tool servers of a chart, by how they can be asked for their tools. */
export interface Lockable {
  /** Those that run here, and nothing else. */
  readonly plan: Plan;
  /** How agents call those of them that are not ours, as far as any does: where they answer, and to whom. */
  readonly callers: ReadonlyMap<Workload, CalledServer>;
  /** Those that do not run here. */
  readonly away: readonly AwayServer[];
  /** Those of other people, with the agents that know how to call them. */
  readonly remote: readonly CalledServer[];
}

interface AwayServer {
  readonly server: Workload;
  readonly why: string;
}

/**
 * Pure: the manifests of a chart -> its tool servers; undefined where it has none.
 *
 * @param whyAway why a server does not run here; undefined where it does
 */
export function lockableOf(
  manifests: Manifests,
  secrets: Secrets,
  whyAway: (server: Workload) => string | undefined,
): Lockable | undefined {
  const controllers = manifests.controllers.filter(({ metadata }) =>
    ['agent', 'mcpserver'].includes(metadata.labels.app ?? ''),
  );
  if (controllers.length === 0) return undefined;
  const whole = buildPlan([{ ...manifests, controllers, objects: [] }]);
  const called = calledServers(whole.workloads, secrets);
  const servers = whole.workloads
    .filter(({ role }) => role === 'mcpserver')
    .map((server) => ({ server, why: whyAway(server) }));
  const here = servers.filter(({ why }) => why === undefined).map(({ server }) => server);
  const foreign = here.filter((server) => !hasOurServer(server));
  return {
    plan: planOf(whole, here),
    callers: new Map(foreign.flatMap((server) => callerOf(server, called, whole))),
    away: servers.flatMap(({ server, why }) => (why === undefined ? [] : [{ server, why }])),
    remote: remoteServers(called),
  };
}

function planOf({ charts, addresses }: Plan, servers: readonly Workload[]): Plan {
  const open = new Map(servers.map((server) => [server, askingNobody(server)]));
  return {
    charts,
    workloads: [...open.values()],
    addresses: addresses.flatMap((address) => {
      const workload = open.get(address.workload);
      return workload ? [{ ...address, workload }] : [];
    }),
  };
}

/** Each caller sees its own tools alone, and here all are wanted. Nobody but this machine can call it. */
function askingNobody(server: Workload): Workload {
  if (!hasOurServer(server)) return server;
  const env = server.container.env.filter(({ name }) => !/^MCP_(API_KEYS|CALLER)/.test(name));
  return { ...server, container: { ...server.container, env } };
}

function callerOf(
  server: Workload,
  called: readonly CalledServer[],
  plan: Plan,
): readonly [Workload, CalledServer][] {
  const leadsHere = ({ server: { url } }: CalledServer) =>
    URL.canParse(url) && addressesAt(plan, new URL(url).hostname).some(({ workload }) => workload === server);
  const caller = called.find(leadsHere);
  return caller ? [[server, caller]] : [];
}
