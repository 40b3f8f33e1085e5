import { type FastifyRequest } from 'fastify';
import { isIP } from 'node:net';
import { type MCPPagesConfig } from '../contract';
import { ForbiddenError } from '../process/errors';

/** By which pages, and under which names, a server may be called. */
export interface AllowedPages {
  /** Names by which the server may be called; undefined lets any pass. `*.example.com` stands for all below it. */
  readonly hosts: readonly string[] | undefined;
  /** Origins of pages that may call. */
  readonly origins: readonly string[];
}

/** Names are no matter of a cluster's server that was told none, while one on loopback is a browser's neighbour. */
export function allowedPages(config: MCPPagesConfig & { readonly host: string }): AllowedPages {
  const isLocal = /^(localhost|127\..*|::1)$/.test(config.host);
  return { hosts: config.allowedHosts ?? (isLocal ? [] : undefined), origins: config.allowedOrigins };
}

/**
 * Keeps pages out that a browser shows: those of other sites, which send their origin, and those whose name was made
 * to lead here (DNS rebinding), which call us by that name. By `localhost` or a number no such page can call.
 *
 * @throws ForbiddenError
 */
export function refuseStrangePages({ hosts, origins }: AllowedPages, { headers }: FastifyRequest): void {
  const { origin, host = '' } = headers;
  if (hosts !== undefined && !mayBeCalled(hosts, hostNameOf(host)))
    throw new ForbiddenError(`this server is not called ${JSON.stringify(host)}`);
  // Under a name that was looked at, whoever serves pages there serves this too.
  const isOwn = hosts !== undefined && [`http://${host}`, `https://${host}`].includes(origin ?? '');
  if (origin !== undefined && !isOwn && !origins.includes(origin))
    throw new ForbiddenError(`pages of origin ${JSON.stringify(origin)} may not call this server`);
}

function mayBeCalled(hosts: readonly string[], name: string | undefined): boolean {
  if (name === undefined) return false;
  if (name === 'localhost' || isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0) return true;
  return hosts.some((host) => host === name || (host.startsWith('*.') && name.endsWith(host.slice(1))));
}

/** Without its port, and as it would be looked up. */
function hostNameOf(host: string): string | undefined {
  const url = `http://${host}`;
  return /^[^/@?#\\]+$/.test(host) && URL.canParse(url)
    ? new URL(url).hostname.replace(/\.$/, '')
    : undefined;
}
