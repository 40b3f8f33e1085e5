import { READY_PATH } from '../../runtime/contract';
import { isOnThisMachine } from './addresses';
import { calledName, type CalledServer, calledServers, remoteServers } from './called-servers';
import { readLock, toolsOf } from './lock/lock-file';
import { type Plan, titlesOf } from './plan';
import { type Secrets } from './secrets';
import { type Workload } from './workload';

/** A plan with what answers here in place of tool servers of other people, by the names of the lock. */
export interface StoodInPlan {
  readonly plan: Plan;
  readonly standIns: ReadonlyMap<string, Workload>;
}

/**
 * Without Secrets, each tool server of other people whose tools the lock knows becomes a workload, of an image that is
 * not here: all that is true of the stand-in of such a one is true of this one too.
 *
 * @throws UserError when there is a lock that cannot be read
 */
export function withRemoteStandIns(plan: Plan, secrets: Secrets, toolsLock: string): StoodInPlan {
  if (secrets.size > 0) return { plan, standIns: new Map() };
  const remote = remoteServers(calledServers(plan.workloads, secrets)).filter(
    ({ server: { url } }) => URL.canParse(url) && !isOnThisMachine(plan, url),
  );
  if (remote.length === 0) return { plan, standIns: new Map() };
  const lock = readLock(toolsLock);
  const known = remote.filter((server) => Object.keys(toolsOf(lock, calledName(server))).length > 0);
  const taken = [...titlesOf(plan), ...known.map(({ server }) => server.name)];
  const standIns = new Map(
    known.map((called) => {
      const { name } = called.server;
      const isOnlyOne = taken.filter((each) => each === name).length === 1;
      return [calledName(called), workloadFor(called, isOnlyOne ? name : calledName(called))];
    }),
  );
  return { plan: { ...plan, workloads: [...plan.workloads, ...standIns.values()] }, standIns };
}

function workloadFor({ agent, server: { name, url } }: CalledServer, title: string): Workload {
  const { chart, namespace } = agent;
  return {
    ...{ name, title, chart, namespace },
    role: 'mcpserver',
    replicas: 1,
    container: {
      ...{ name, image: url, command: [], args: [], env: [], volumeMounts: [] },
      ports: [{ name: 'http', containerPort: 8000 }],
      readinessProbe: { httpGet: { path: READY_PATH, port: 'http' } },
    },
    mounts: [],
    configValue: () => undefined,
  };
}
