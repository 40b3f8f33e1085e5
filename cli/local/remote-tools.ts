import { mcpServerUrlVariable, type PeerServer } from '../../runtime/contract';
import { EnvReader } from '../../runtime/contract/env-reader';
import { readMCPServers } from '../../runtime/contract/peer-servers';
import { LOOPBACK } from './ports';
import { type StandIn } from './stand-ins';
import { type Localization } from './start-of';

/**
 * Tool servers of other people are called as they are once there are Secrets, and with them real models: the demo model
 * calls all that it is offered, and that is no way to treat somebody's tickets. Until then each has its stand-in, or the
 * agent goes without.
 */
export function remoteToolsHere(
  local: Readonly<Record<string, string>>,
  { secrets, toolStandIn }: Pick<Localization, 'secrets' | 'toolStandIn'>,
): StandIn {
  const servers = readMCPServers(new EnvReader(local));
  const remote = servers.filter(isRemote);
  if (remote.length === 0 || secrets.size > 0) return { env: {} };
  const urls = new Map(remote.map(({ name }) => [name, toolStandIn?.(name)]));
  const away = remote.filter(({ name }) => urls.get(name) === undefined);
  const present = servers.filter((server) => !away.includes(server)).map(({ name }) => name);
  return {
    env: {
      MCP_SERVERS: present.join(','),
      ...Object.fromEntries(
        [...urls].flatMap(([name, url]) => (url === undefined ? [] : [[mcpServerUrlVariable(name), url]])),
      ),
    },
    notes: away.map(({ name }) => `without the tools of ${name}, which is asked with --secrets alone`),
  };
}

/** What is on this machine may be called. */
function isRemote({ isExternal, url }: PeerServer): boolean {
  return isExternal === true && URL.canParse(url) && new URL(url).hostname !== LOOPBACK;
}
