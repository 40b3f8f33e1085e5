import { MCP_PATH } from '../../../runtime/contract';
import { secretsIn } from '../../../runtime/contract/env-reader';
import { calledName, type CalledServer } from '../called-servers';
import { fileAt } from '../mounts';
import { secretFiles } from '../needed-secrets';
import { type Secrets } from '../secrets';
import { type AskedServer } from './list-tools';

/**
 * A server is asked as one of its agents asks it.
 *
 * @param origin where it answers on this machine; else it is asked where it is
 */
export function askedAs(caller: CalledServer, secrets: Secrets, origin?: string): AskedServer {
  const { agent, server } = caller;
  const read = (value: string | undefined, file: string | undefined) =>
    file === undefined
      ? value
      : fileAt(agent.mounts, file, (volume) => secretFiles(volume, secrets, agent.title))?.trim();
  const [key] = secretsIn(read(server.apiKey, server.apiKeyFile) ?? '');
  const headers = (server.headers ?? []).map(({ name, value, file }) => [name, read(value, file) ?? '']);
  const { pathname, search, href } = new URL(server.url);
  const url = new URL(origin === undefined ? href : origin + pathname + search);
  if (url.pathname === '/') url.pathname = MCP_PATH;
  return {
    name: calledName(caller),
    url: url.href,
    headers: {
      ...Object.fromEntries(headers),
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
    },
  };
}
