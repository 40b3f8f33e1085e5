import { fastify, type FastifyInstance, type FastifyRequest } from 'fastify';
import { type Logger } from 'pino';
import { type AgentConfig, CARD_PATH, FORWARDED_PREFIX_HEADER, HEALTH_PATH, READY_PATH } from '../contract';
import { requireKey } from '../process/authentication';
import { type Condition, problemsOf } from '../process/conditions';
import { type Dependencies } from '../process/dependencies';
import { replyWithError, replyWithNotFound } from '../process/http-errors';
import { type Secret } from '../process/secret';
import { type Answerer } from './answer';
import { buildAgentCard } from './card';
import { addChatRoute } from './chat-route';
import { type Sessions } from './memory/sessions';
import { addMemoryRoutes } from './memory-routes';
import { addModelRoutes } from './models-route';

const BODY_LIMIT_BYTES = 10 * 1024 * 1024;
/** A path without "/" at its end, of characters that mean nothing in a URL. */
const PREFIX = /^(\/[-\w.~]+)+$/;
const SHORT_CARD_PATH = '/.well-known/agent';
/** What is no secret: whoever asks whether the agent lives has no key, and callers learn from the card how to call. */
const OPEN_PATHS: readonly (string | undefined)[] = [HEALTH_PATH, READY_PATH, CARD_PATH, SHORT_CARD_PATH];

/** The HTTP side of an agent: chat completions, its card, its memory, probes. */
export function buildAgentServer(parts: {
  readonly config: AgentConfig;
  readonly answer: Answerer;
  readonly sessions: Sessions;
  readonly dependencies: Dependencies;
  readonly conditions: readonly Condition[];
  /** Undefined lets everybody in. */
  readonly keys: Secret | undefined;
  readonly log: Logger;
}): FastifyInstance {
  const { config, answer, sessions, keys, log } = parts;
  // Behind a proxy that ends TLS, the card's address is the one that the caller used.
  const server = fastify({ logger: false, trustProxy: true, bodyLimit: BODY_LIMIT_BYTES });
  server.removeContentTypeParser('text/plain');
  server.setErrorHandler(replyWithError(log));
  if (keys) protect(server, keys, log);
  server.setNotFoundHandler(replyWithNotFound);

  addProbes(server, parts);
  const card = (request: FastifyRequest) => buildAgentCard(config, addressOf(request));
  server.get(CARD_PATH, card);
  server.get(SHORT_CARD_PATH, card);
  addMemoryRoutes(server, config.name, sessions);
  addModelRoutes(server, config.name);
  addChatRoute(server, config, answer, log);
  return server;
}

/** The address under which the caller reached the agent, as far as proxies on the way tell. */
function addressOf(request: FastifyRequest): string {
  const prefix = request.headers[FORWARDED_PREFIX_HEADER];
  const path = typeof prefix === 'string' && PREFIX.test(prefix) ? prefix : '';
  return `${request.protocol}://${request.host}${path}`;
}

/** Asks for a key before anything else of a request is looked at, so that nobody without one costs much. */
function protect(server: FastifyInstance, keys: Secret, log: Logger): void {
  const check = requireKey(keys, log);
  server.addHook('onRequest', async (request, reply) => {
    if (OPEN_PATHS.includes(request.routeOptions.url)) return;
    try {
      await check(request);
    } catch (error) {
      reply.header('www-authenticate', 'Bearer');
      throw error;
    }
  });
}

function addProbes(
  server: FastifyInstance,
  { config: { name }, dependencies, conditions }: Parameters<typeof buildAgentServer>[0],
): void {
  server.get(HEALTH_PATH, () => ({ status: 'healthy', name, timestamp: unixSeconds() }));

  server.get(READY_PATH, async (_request, reply) => {
    const reasons = await problemsOf(conditions);
    const ready = dependencies.ready && reasons.length === 0;
    return reply.code(ready ? 200 : 503).send({
      status: ready ? 'ready' : 'waiting',
      name,
      timestamp: unixSeconds(),
      dependencies: dependencies.states,
      ...(reasons.length > 0 ? { reasons } : {}),
    });
  });
}

function unixSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
