import { type FastifyInstance, type FastifyReply } from 'fastify';

const EXPOSED = 'x-session-id, x-request-id, traceresponse, retry-after';
const METHODS = 'GET, POST, DELETE';
const PREFLIGHT_SECONDS = '600';

/**
 * Lets the pages of those origins, and of no others, read what the server answers. Cookies and the like are not for
 * them: whoever asks shows a key.
 */
export function allowOrigins(server: FastifyInstance, origins: readonly string[]): void {
  if (origins.length === 0) return;
  server.addHook('onRequest', (request, reply, done) => {
    reply.header('vary', 'Origin');
    const { origin, 'access-control-request-method': wanted } = request.headers;
    if (origin === undefined || !origins.includes(origin)) return done();
    reply.header('access-control-allow-origin', origin).header('access-control-expose-headers', EXPOSED);
    if (request.method !== 'OPTIONS' || wanted === undefined) return done();
    return void preflight(reply, request.headers['access-control-request-headers']).send();
  });
}

/** Says what may be sent; a browser asks without a key, and so this comes before any is asked for. */
function preflight(reply: FastifyReply, headers = ''): FastifyReply {
  return reply
    .code(204)
    .header('access-control-allow-methods', METHODS)
    .header('access-control-allow-headers', headers)
    .header('access-control-max-age', PREFLIGHT_SECONDS);
}
