import { BlockList, isIP } from 'node:net';

export interface Cidr {
  readonly address: string;
  readonly prefix: number;
  readonly family: 'ipv4' | 'ipv6';
}

/** A block of addresses; undefined when the text is none. */
export function parseCidr(text: string): Cidr | undefined {
  const [address = '', prefix = '', ...more] = text.split('/');
  const version = isIP(address);
  const isPrefix = /^(0|[1-9]\d{0,2})$/.test(prefix) && Number(prefix) <= (version === 6 ? 128 : 32);
  if (version === 0 || !isPrefix || more.length > 0) return undefined;
  return { address, prefix: Number(prefix), family: version === 6 ? 'ipv6' : 'ipv4' };
}

/** Whether an address lies in a block. */
export function contains({ address, prefix, family }: Cidr, wanted: string): boolean {
  if (isIP(wanted) !== (family === 'ipv6' ? 6 : 4)) return false;
  const block = new BlockList();
  block.addSubnet(address, prefix, family);
  return block.check(wanted, family);
}

/** Whether a block lies in another, which has more than that. */
export function isStrictlyInside(inner: Cidr, outer: Cidr): boolean {
  return inner.family === outer.family && inner.prefix > outer.prefix && contains(outer, inner.address);
}
