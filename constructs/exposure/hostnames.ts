/** Names of hosts below a domain; the first label may be a wildcard. */
const HOSTNAME = /^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+$/;

/** Whether an Ingress rule, a Gateway and a route take it for the name of a host. */
export function isHostname(name: unknown): boolean {
  return typeof name === 'string' && name.length <= 253 && HOSTNAME.test(name);
}
