import { type PeerServer } from '../../runtime/contract';
import { EnvReader } from '../../runtime/contract/env-reader';
import { mcpServersToEnv, readMCPServers } from '../../runtime/contract/peer-servers';
import { lockName } from './called-servers';
import { LOOPBACK } from './ports';
import { type StandIn } from './stand-ins';
import { type Localization } from './start-of';
import { type Workload } from './workload';

/**
 * Tool servers of other people are called as they are once there are Secrets, and with them real models: the demo model
 * calls all that it is offered, and that is no way to treat somebody's tickets. Until then each has its stand-in, or the
 * agent goes without.
 */
export function remoteToolsHere(
  agent: Pick<Workload, 'chart'>,
  local: Readonly<Record<string, string>>,
  { secrets, toolStandIn }: Pick<Localization, 'secrets' | 'toolStandIn'>,
): StandIn {
  const servers = readMCPServers(new EnvReader(local));
  const remote = servers.filter(isRemote);
  if (remote.length === 0 || secrets.size > 0) return { env: {} };
  // A stand-in is waited for, as all that runs here is.
  const stoodIn = remote.flatMap(({ name }): PeerServer[] => {
    const url = toolStandIn?.(lockName(agent, name));
    return url === undefined ? [] : [{ name, url, isExternal: false }];
  });
  const away = remote.map(({ name }) => name).filter((name) => stoodIn.every((each) => each.name !== name));
  const present = servers.map(({ name }) => name).filter((name) => !away.includes(name));
  return {
    env: { ...mcpServersToEnv(stoodIn), MCP_SERVERS: present.join(',') },
    notes: away.map((name) => `without the tools of ${name}, which is asked with --secrets alone`),
  };
}

/** What is on this machine may be called. */
function isRemote({ isExternal, url }: PeerServer): boolean {
  return isExternal === true && URL.canParse(url) && new URL(url).hostname !== LOOPBACK;
}
