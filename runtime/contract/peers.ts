import { type EnvReader } from './env-reader';
import { given, secretFileVariable } from './variables';

/** Where something listens that a process calls. */
export interface Peer {
  /** What the other side is called. */
  readonly name: string;
  /** Base URL, with neither path nor trailing slash. */
  readonly url: string;
}

export const PEER_PROTOCOLS = ['kaos', 'openai', 'a2a'] as const;
/**
 * How an agent is spoken to: `kaos` has a card and takes tasks as chat completions, `openai` knows chat
 * completions alone, `a2a` has a card that says where it takes messages as JSON-RPC.
 */
export type PeerProtocol = (typeof PEER_PROTOCOLS)[number];

/** An agent that another delegates to. */
export interface PeerAgent extends Peer {
  /** @default 'kaos' */
  readonly protocol?: PeerProtocol;
  /**
   * What an agent without a card is good at.
   * @default - the model that delegates knows its name alone
   */
  readonly description?: string;
  /**
   * Which model an agent of the protocol `openai` is asked for.
   * @default - the agent's name
   */
  readonly model?: string;
  /**
   * Whether a task may come back to an agent of ours that it came from, as deep as is allowed.
   * @default - it is refused there
   */
  readonly allowCycle?: boolean;
  /** What it asks its callers for; `apiKeyFile` wins when both are given. */
  readonly apiKey?: string;
  /** Path of a file that holds the key; it is read when it is needed. */
  readonly apiKeyFile?: string;
}

/** KAOS upper-cases the agent's name. */
export function peerAgentUrlVariable(name: string): string {
  return peerAgentVariable(name, 'CARD_URL');
}

/** Holds the key that an agent asks its callers for; a manifest takes it from a Secret. */
export function peerAgentKeyVariable(name: string): string {
  return peerAgentVariable(name, 'API_KEY');
}

function peerAgentVariable(name: string, what: string): string {
  return `PEER_AGENT_${name.toUpperCase().replaceAll('-', '_')}_${what}`;
}

export function subAgentsToEnv(agents?: readonly PeerAgent[]): Record<string, string> {
  return {
    ...peersToEnv('PEER_AGENTS', peerAgentUrlVariable, agents),
    ...Object.assign({}, ...sortedByName(agents).map(peerAgentToEnv)),
  };
}

export function readSubAgents(read: EnvReader): PeerAgent[] {
  return readPeerAgents(read).map((agent) => ({ ...agent, ...readPeerAgent(read, agent.name) }));
}

export function sortedByName<T extends Peer>(peers: readonly T[] = []): T[] {
  return [...peers].sort((a, b) => (a.name < b.name ? -1 : 1));
}

export function peersToEnv(
  listVariable: string,
  urlVariable: (name: string) => string,
  peers: readonly Peer[] = [],
): Record<string, string> {
  if (peers.length === 0) return {};
  const sorted = sortedByName(peers);
  return {
    [listVariable]: sorted.map((peer) => peer.name).join(','),
    ...Object.fromEntries(sorted.map((peer) => [urlVariable(peer.name), peer.url])),
  };
}

export function readPeers(
  read: EnvReader,
  listVariable: string,
  urlVariable: (name: string) => string,
): Peer[] {
  return read.list(listVariable).map((name) => {
    const variable = urlVariable(name);
    const value = read.text(variable);
    if (value === undefined)
      read.problems.push(`${variable} is not set; ${listVariable} lists "${name}", give its URL`);
    return { name, url: read.url(variable, value ?? '') };
  });
}

/** `AGENT_SUB_AGENTS` (`name:url,name:url`) takes the place of `PEER_AGENTS`, as in KAOS. */
function readPeerAgents(read: EnvReader): Peer[] {
  const pairs = read.list('AGENT_SUB_AGENTS');
  if (pairs.length === 0) return readPeers(read, 'PEER_AGENTS', peerAgentUrlVariable);
  return pairs.map((pair) => {
    const colon = pair.indexOf(':');
    const name = pair.slice(0, Math.max(colon, 0)).trim();
    const url = pair.slice(colon + 1).trim();
    const isPair = name !== '' && url !== '';
    if (!isPair) read.problems.push(`AGENT_SUB_AGENTS has "${pair}"; give name:url`);
    return { name, url: isPair ? read.url('AGENT_SUB_AGENTS', url) : '' };
  });
}

/** What there is to say of an agent beside its URL. */
function peerAgentToEnv(agent: PeerAgent): Record<string, string> {
  return {
    ...given(peerAgentVariable(agent.name, 'PROTOCOL'), agent.protocol),
    // Agents of the other protocols say it themselves.
    ...(agent.protocol === 'openai' && {
      ...given(peerAgentVariable(agent.name, 'DESCRIPTION'), agent.description),
      ...given(peerAgentVariable(agent.name, 'MODEL'), agent.model),
    }),
    ...given(peerAgentVariable(agent.name, 'ALLOW_CYCLE'), agent.allowCycle),
    ...given(peerAgentKeyVariable(agent.name), agent.apiKey),
    ...given(secretFileVariable(peerAgentKeyVariable(agent.name)), agent.apiKeyFile),
  };
}

function readPeerAgent(read: EnvReader, name: string): Omit<PeerAgent, keyof Peer> {
  return {
    protocol: read.oneOf(peerAgentVariable(name, 'PROTOCOL'), PEER_PROTOCOLS),
    description: read.text(peerAgentVariable(name, 'DESCRIPTION')),
    model: read.text(peerAgentVariable(name, 'MODEL')),
    allowCycle: read.flag(peerAgentVariable(name, 'ALLOW_CYCLE')),
    apiKey: read.secret(peerAgentKeyVariable(name)),
    apiKeyFile: read.text(secretFileVariable(peerAgentKeyVariable(name))),
  };
}
