import { type k8s } from 'cdk8s-plus-28';
import { type ClusterSettings } from '../cluster';
import { NAMESPACE_LABEL } from '../callers';
import { byKey } from '../order';

/** One way in or out: who is on the other side, and on which ports of whoever is called. */
export interface Way {
  /** Undefined stands for everybody. */
  readonly peer: k8s.NetworkPolicyPeer | undefined;
  /** None stands for all. */
  readonly ports: readonly number[];
  /** @default 'TCP' */
  readonly protocols?: readonly ('TCP' | 'UDP')[];
}

/** Selects pods as seen from a namespace: those of another one are named with it. */
export function podPeer(
  labels: Readonly<Record<string, string>>,
  namespace: string | undefined,
  seenFrom: string | undefined,
): k8s.NetworkPolicyPeer {
  const pods: k8s.NetworkPolicyPeer = { podSelector: { matchLabels: { ...labels } } };
  if (namespace === undefined || namespace === seenFrom) return pods;
  return { namespaceSelector: { matchLabels: { [NAMESPACE_LABEL]: namespace } }, ...pods };
}

/** The way to whoever answers DNS questions. */
export function dnsWays({ dns }: ClusterSettings): Way[] {
  const { namespace, podLabels, port, cidrs } = dns;
  const resolver = {
    namespaceSelector: { matchLabels: { [NAMESPACE_LABEL]: namespace } },
    podSelector: { matchLabels: { ...podLabels } },
  };
  const protocols = ['UDP', 'TCP'] as const;
  return [
    { peer: resolver, ports: [port], protocols },
    ...cidrs.map((cidr) => ({ peer: { ipBlock: { cidr } }, ports: [53], protocols })),
  ];
}

export function ingressRules(ways: readonly Way[]): k8s.NetworkPolicyIngressRule[] {
  return grouped(ways).map(({ peers, ports }) => ({ from: peers, ports }));
}

export function egressRules(ways: readonly Way[]): k8s.NetworkPolicyEgressRule[] {
  return grouped(ways).map(({ peers, ports }) => ({ to: peers, ports }));
}

interface Rule {
  readonly peers: k8s.NetworkPolicyPeer[] | undefined;
  readonly ports: k8s.NetworkPolicyPort[] | undefined;
}

/** One rule for each set of ports; sorted, so that the order of declaration changes nothing. */
function grouped(ways: readonly Way[]): Rule[] {
  const groups = new Map<string, Way[]>();
  for (const way of ways) {
    // Everybody is stated by leaving the peers out, which would swallow those beside it.
    const key = JSON.stringify([portsOf(way), way.peer === undefined]);
    groups.set(key, [...(groups.get(key) ?? []), way]);
  }
  return [...groups.entries()].sort(byKey).map(([, [first, ...rest]]) => {
    const members = first ? [first, ...rest] : [];
    return { peers: first?.peer && distinct(members), ports: first && portsOf(first) };
  });
}

function portsOf({ ports, protocols = ['TCP'] }: Way): k8s.NetworkPolicyPort[] | undefined {
  if (ports.length === 0) return undefined;
  const sorted = [...new Set(ports)].sort((a, b) => a - b);
  return sorted.flatMap((port) =>
    protocols.map((protocol) => ({ port: { value: port } as k8s.IntOrString, protocol })),
  );
}

function distinct(ways: readonly Way[]): k8s.NetworkPolicyPeer[] {
  const peers = new Map(ways.flatMap(({ peer }) => (peer ? [[JSON.stringify(peer), peer]] : [])));
  return [...peers.entries()].sort(byKey).map(([, peer]) => peer);
}
