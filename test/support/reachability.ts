import { contains, parseCidr } from './cidr';
import { containersOf, namespaceOf, ofKind, podTemplates, type PodTemplate, selects, title } from './objects';
import { type Manifest } from './synth';

/** A pod, or an address that is none of the pods'. */
export type Party = PodTemplate | string;

/** Where clusters have their pods by default: a policy that opens an address block opens it to these too. */
const POD_ADDRESS = '10.244.1.2';

/** Who reaches whom, worked out from NetworkPolicies and pods alone, as a network plugin would. */
export class Reachability {
  readonly pods: readonly PodTemplate[];
  private readonly policies: readonly Manifest[];

  constructor(private readonly objects: readonly Manifest[]) {
    this.pods = podTemplates(objects);
    this.policies = ofKind(objects, 'NetworkPolicy');
  }

  /** Whether packets get through; both ends must let them. */
  canReach(from: Party, to: Party, port: number, protocol = 'TCP'): boolean {
    const sends = this.lets('Egress', from, to, to, port, protocol);
    return sends && this.lets('Ingress', to, from, to, port, protocol);
  }

  /** Each way from a pod to a port that a container of another states, as `from -> to:port`, sorted. */
  ways(): string[] {
    const all = this.pods.flatMap((from) =>
      this.pods
        .filter((to) => to !== from)
        .flatMap((to) =>
          portsOf(to)
            .filter(({ containerPort, protocol }) => this.canReach(from, to, containerPort, protocol))
            .map(({ containerPort }) => `${title(from.owner)} -> ${title(to.owner)}:${containerPort}`),
        ),
    );
    return all.sort();
  }

  private lets(
    type: string,
    own: Party,
    peer: Party,
    target: Party,
    port: number,
    protocol: string,
  ): boolean {
    if (typeof own === 'string') return true;
    const policies = this.policies.filter(
      (policy) =>
        namespaceOf(policy) === own.namespace &&
        typesOf(policy.spec).includes(type) &&
        selects(policy.spec.podSelector, own.labels),
    );
    if (policies.length === 0) return true;
    return policies.some((policy) => {
      const rules: Manifest[] = (type === 'Egress' ? policy.spec.egress : policy.spec.ingress) ?? [];
      return rules.some(({ from, to, ports }) => {
        const peers: Manifest[] | undefined = type === 'Egress' ? to : from;
        const isPeer = !peers?.length || peers.some((one) => this.isMeant(one, peer, namespaceOf(policy)));
        return (
          isPeer && (!ports?.length || ports.some((one: Manifest) => isPort(one, target, port, protocol)))
        );
      });
    });
  }

  /** Whether a peer of a rule is this party. Both selectors in one peer must agree. */
  private isMeant(
    { podSelector, namespaceSelector, ipBlock }: Manifest,
    party: Party,
    home: string,
  ): boolean {
    if (ipBlock) {
      const address = typeof party === 'string' ? party : POD_ADDRESS;
      return isIn(ipBlock.cidr, address) && !(ipBlock.except ?? []).some((one: string) => isIn(one, address));
    }
    if (typeof party === 'string') return false;
    const isNamespace = namespaceSelector
      ? selects(namespaceSelector, this.labelsOfNamespace(party.namespace))
      : party.namespace === home;
    return isNamespace && (!podSelector || selects(podSelector, party.labels));
  }

  private labelsOfNamespace(name: string): Record<string, string> {
    const namespace = ofKind(this.objects, 'Namespace').find(({ metadata }) => metadata.name === name);
    return { ...namespace?.metadata.labels, 'kubernetes.io/metadata.name': name };
  }
}

/** Something in a namespace that is not part of the app, such as the cluster's DNS. */
export function stranger(namespace: string, labels: Record<string, string> = {}): PodTemplate {
  const owner = { kind: 'Pod', metadata: { name: 'stranger', namespace, labels } };
  return { owner, namespace, labels, annotations: {}, spec: { containers: [] } };
}

function typesOf({ policyTypes, egress }: Manifest): string[] {
  return policyTypes ?? ['Ingress', ...(egress ? ['Egress'] : [])];
}

/** Ports of rules are ports of the pod that is called; names are names that this pod gave them. */
function isPort(rule: Manifest, target: Party, port: number, protocol: string): boolean {
  if ((rule.protocol ?? 'TCP') !== protocol) return false;
  if (rule.port === undefined) return true;
  if (typeof rule.port === 'number') return port >= rule.port && port <= (rule.endPort ?? rule.port);
  if (typeof target === 'string') return false;
  return portsOf(target).some(
    (one) => one.name === rule.port && one.containerPort === port && one.protocol === protocol,
  );
}

function portsOf(pod: PodTemplate): { name?: string; containerPort: number; protocol: string }[] {
  return containersOf(pod).flatMap(({ ports = [] }) =>
    ports.map((port: Manifest) => ({ protocol: 'TCP', ...port })),
  );
}

function isIn(cidr: string, address: string): boolean {
  const block = parseCidr(cidr);
  if (!block) throw new Error(`"${cidr}" is no block of addresses`);
  return contains(block, address);
}
