import { isStrictlyInside, parseCidr } from '../cidr';
import { ofKind, title } from '../objects';
import { type Manifest } from '../synth';

/** NetworkPolicies that the API server refuses, or that say something else than they seem to. */
export function networkProblems(objects: readonly Manifest[]): string[] {
  return ofKind(objects, 'NetworkPolicy').flatMap((policy) =>
    policyProblems(policy.spec).map((problem) => `${title(policy)}: ${problem}`),
  );
}

function policyProblems({ policyTypes = [], ingress = [], egress = [] }: Manifest): string[] {
  const peers: Manifest[] = [
    ...ingress.flatMap(({ from = [] }: Manifest) => from),
    ...egress.flatMap(({ to = [] }: Manifest) => to),
  ];
  const ports: Manifest[] = [...ingress, ...egress].flatMap((rule: Manifest) => rule.ports ?? []);
  return [
    ...(policyTypes.length === 0 ? ['it does not say which directions it is about'] : []),
    ...(ingress.length > 0 && !policyTypes.includes('Ingress') ? ['its ingress rules are not in force'] : []),
    ...(egress.length > 0 && !policyTypes.includes('Egress') ? ['its egress rules are not in force'] : []),
    ...peers.flatMap(peerProblems),
    ...ports.flatMap(portProblems),
  ];
}

function peerProblems({ podSelector, namespaceSelector, ipBlock }: Manifest): string[] {
  if (!ipBlock) return podSelector || namespaceSelector ? [] : ['a peer is nobody'];
  if (podSelector || namespaceSelector) return ['a peer is both an address and a pod'];
  const outer = parseCidr(ipBlock.cidr);
  if (!outer) return [`"${ipBlock.cidr}" is no block of addresses`];
  return (ipBlock.except ?? []).flatMap((text: string) => {
    const inner = parseCidr(text);
    if (!inner) return [`"${text}" is no block of addresses`];
    return isStrictlyInside(inner, outer) ? [] : [`${text} is not a part of ${ipBlock.cidr}`];
  });
}

function portProblems({ port, endPort }: Manifest): string[] {
  if (endPort === undefined) return [];
  if (typeof port !== 'number') return [`a range ends at port ${endPort} and begins nowhere`];
  return endPort >= port ? [] : [`a range of ports ends at ${endPort}, before it begins at ${port}`];
}
