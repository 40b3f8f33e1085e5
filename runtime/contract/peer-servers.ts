import { type EnvReader } from './env-reader';
import { isHeaderName, isOwnHeader } from './header-names';
import { type Peer, peersToEnv, readPeers, sortedByName } from './peers';
import { given, secretFileVariable } from './variables';

/** An MCP server that an agent calls. Its URL may have a path; without one, `/mcp` is asked. */
export interface PeerServer extends Peer {
  /**
   * The tools that the agent may use of it.
   * @default - all that it offers
   */
  readonly tools?: readonly string[];
  /**
   * For how long one of its tools may be silent.
   * @default - as for all tools
   */
  readonly timeoutMs?: number;
  /** What it asks its callers for; `apiKeyFile` wins when both are given. */
  readonly apiKey?: string;
  /** Path of a file that holds the key; it is read for each message. */
  readonly apiKeyFile?: string;
  /** What it is told with each message beside that. */
  readonly headers?: readonly PeerHeader[];
  /**
   * Whether somebody else runs it: the agent then is of use without it, and does not wait for it.
   * @default false
   */
  readonly isExternal?: boolean;
}

/** A header whose value is secret: `file`, which is read for each message, wins when both are given. */
export interface PeerHeader {
  readonly name: string;
  readonly value?: string;
  readonly file?: string;
}

/** KAOS keeps the server's name as it is. */
export function mcpServerUrlVariable(name: string): string {
  return mcpServerVariable(name, 'URL');
}

/** Holds the key that an agent shows a server; a manifest takes it from a Secret. */
export function mcpServerKeyVariable(name: string): string {
  return mcpServerVariable(name, 'API_KEY');
}

/** Holds the value of a header; from a Secret too. */
export function mcpServerHeaderVariable(name: string, header: string): string {
  return mcpServerVariable(name, `HEADER_${header.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`);
}

function mcpServerVariable(name: string, what: string): string {
  return `MCP_SERVER_${name}_${what}`;
}

export function mcpServersToEnv(servers?: readonly PeerServer[]): Record<string, string> {
  return {
    ...peersToEnv('MCP_SERVERS', mcpServerUrlVariable, servers),
    ...Object.assign({}, ...sortedByName(servers).map(peerServerToEnv)),
  };
}

export function readMCPServers(read: EnvReader): PeerServer[] {
  return readPeers(read, 'MCP_SERVERS', mcpServerUrlVariable).map(({ name, url }) => ({
    name,
    url: withPath(read.text(mcpServerUrlVariable(name))) ?? url,
    ...readPeerServer(read, name),
  }));
}

/** A URL that has a path, which is asked as it stands: a slash at its end may matter there. */
function withPath(url = ''): string | undefined {
  return URL.canParse(url) && new URL(url).pathname !== '/' ? url : undefined;
}

/** What there is to say of a server beside its URL. */
function peerServerToEnv({ name, headers = [], ...server }: PeerServer): Record<string, string> {
  const keyVariable = mcpServerKeyVariable(name);
  return {
    ...given(mcpServerVariable(name, 'TOOLS'), server.tools?.join(',')),
    ...given(mcpServerVariable(name, 'TIMEOUT_MS'), server.timeoutMs),
    ...given(keyVariable, server.apiKey),
    ...given(secretFileVariable(keyVariable), server.apiKeyFile),
    ...given(mcpServerVariable(name, 'HEADERS'), headers.map((header) => header.name).join(',') || undefined),
    ...Object.assign({}, ...headers.map((header) => headerToEnv(name, header))),
    ...given(mcpServerVariable(name, 'EXTERNAL'), server.isExternal),
  };
}

function headerToEnv(server: string, { name, value, file }: PeerHeader): Record<string, string> {
  const variable = mcpServerHeaderVariable(server, name);
  return { ...given(variable, value), ...given(secretFileVariable(variable), file) };
}

function readPeerServer(read: EnvReader, name: string): Partial<PeerServer> {
  const headers = read.list(mcpServerVariable(name, 'HEADERS'));
  const keyVariable = mcpServerKeyVariable(name);
  return {
    tools: read.listIfSet(mcpServerVariable(name, 'TOOLS')),
    timeoutMs: read.timeoutMs(mcpServerVariable(name, 'TIMEOUT_MS')),
    apiKey: read.secret(keyVariable),
    apiKeyFile: read.text(secretFileVariable(keyVariable)),
    headers: headers.length > 0 ? headers.map((header) => readHeader(read, name, header)) : undefined,
    isExternal: read.flag(mcpServerVariable(name, 'EXTERNAL')),
  };
}

function readHeader(read: EnvReader, server: string, name: string): PeerHeader {
  const list = mcpServerVariable(server, 'HEADERS');
  if (!isHeaderName(name)) read.problems.push(`${list} has "${name}"; give names of HTTP headers`);
  else if (isOwnHeader(name))
    read.problems.push(`${list} has "${name}", which the agent sets itself; leave it out`);
  const variable = mcpServerHeaderVariable(server, name);
  const [value, file] = [read.secret(variable), read.text(secretFileVariable(variable))];
  if (value === undefined && file === undefined)
    read.problems.push(
      `${variable} is not set; ${list} lists "${name}", give its value or ${secretFileVariable(variable)}`,
    );
  return { name, value, file };
}
