import { type FastifyInstance, type FastifyRequest } from 'fastify';
import { type AgentConfig, A2A_CARD_PATH, CARD_PATH, FORWARDED_PREFIX_HEADER } from '../../contract';
import { a2aCard, a2aCardOf03, type CardSource, type CardTool, kaosCard } from './card';

const KAOS_CARD_PATH = '/.well-known/agent';
/** A path without "/" at its end, of characters that mean nothing in a URL. */
const PREFIX = /^(\/[-\w.~]+)+$/;
const VERSION_HEADER = 'a2a-version';

/** Cards are no secret: callers learn from them how to call, and with what. */
export const CARD_PATHS = [A2A_CARD_PATH, CARD_PATH, KAOS_CARD_PATH] as const;

/** Who the agent is. Nothing is asked of anybody for it, so that it costs strangers nothing to ask. */
export function addCardRoutes(
  server: FastifyInstance,
  config: AgentConfig,
  isProtected: boolean,
  tools: () => readonly CardTool[],
): void {
  const source = (request: FastifyRequest): CardSource => ({
    config,
    baseUrl: config.publicUrl ?? baseUrlOf(request),
    tools: tools(),
    isProtected,
  });
  server.get(KAOS_CARD_PATH, (request) => kaosCard(source(request)));
  for (const path of [A2A_CARD_PATH, CARD_PATH]) {
    server.get(path, (request, reply) => {
      const varies = reply.getHeader('vary');
      reply.header('vary', varies === undefined ? VERSION_HEADER : `${String(varies)}, ${VERSION_HEADER}`);
      const isCurrent = String(request.headers[VERSION_HEADER] ?? '').startsWith('1.');
      return isCurrent ? a2aCard(source(request)) : a2aCardOf03(source(request));
    });
  }
}

/** The address under which the caller reached the agent, as far as proxies on the way tell. */
function baseUrlOf({ protocol, host, headers }: FastifyRequest): string {
  const prefix = headers[FORWARDED_PREFIX_HEADER];
  const path = typeof prefix === 'string' && PREFIX.test(prefix) ? prefix : '';
  return `${protocol}://${host}${path}`;
}
