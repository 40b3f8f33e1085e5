import { isIP } from 'node:net';

/** Whether the text is an address with a prefix length that fits it, such as `10.0.0.0/8`. */
export function isCidr(text: string): boolean {
  const [, address = '', length = ''] = /^(.+)\/(\d{1,3})$/.exec(text) ?? [];
  const version = isIP(address);
  return version !== 0 && Number(length) <= (version === 4 ? 32 : 128);
}

/** The block of one address; undefined for anything that is not an address. */
export function blockOf(host: string): string | undefined {
  const address = host.replace(/^\[(.*)\]$/, '$1');
  const version = isIP(address);
  return version === 0 ? undefined : `${address}/${version === 4 ? 32 : 128}`;
}
