import { type FastifyInstance } from 'fastify';
import { type Logger } from 'pino';
import { type AgentConfig, DRAIN_SECONDS, HEALTH_PATH, READY_PATH } from '../contract';
import { requireKey } from '../process/authentication';
import { type Condition, problemsOf } from '../process/conditions';
import { type Dependencies } from '../process/dependencies';
import { ConcurrencyLimit } from '../process/concurrency-limit';
import { allowOrigins } from '../process/cors';
import { buildHttpServer } from '../process/http-server';
import { type PeerBreaker } from '../process/peer-breaker';
import { type Secret } from '../process/secret';
import { type Draining } from '../process/serve';
import { sayRequestId } from '../process/request-ids';
import { requestSpans } from '../process/request-spans';
import { type WithSpan } from '../telemetry/with-span';
import { type Answerer } from './answer';
import { addA2ARoute } from './a2a/a2a-route';
import { type CardTool } from './a2a/card';
import { addCardRoutes, CARD_PATHS } from './a2a/card-routes';
import { addChatRoute } from './http/chat-route';
import { type RedisConnection } from './memory/redis-connection';
import { type Sessions } from './memory/sessions';
import { addMemoryRoutes } from './http/memory-routes';
import { addModelRoutes } from './http/models-route';

/** What must be done before it is closed may take as long as requests that run. */
const CLOSE_LIMIT_MS = DRAIN_SECONDS * 1_000;
/** What is no secret: whoever asks whether the agent lives has no key, and callers learn from the card how to call. */
const OPEN_PATHS: readonly (string | undefined)[] = [HEALTH_PATH, READY_PATH, ...CARD_PATHS];

/** The HTTP side of an agent: chat completions, its card, its memory, probes. */
export function buildAgentServer(parts: {
  readonly config: AgentConfig;
  readonly answer: Answerer;
  readonly sessions: Sessions;
  /** What keeps tasks for all replicas; undefined keeps them in the process. */
  readonly redis: RedisConnection | undefined;
  /** The tools that are known now, for the card. */
  readonly tools: () => readonly CardTool[];
  /** Tools that it may use and nobody offers. */
  readonly missingTools: () => readonly string[];
  /** Patterns of approval that fit no tool. */
  readonly unmatchedApprovals: () => readonly string[];
  readonly dependencies: Dependencies;
  readonly conditions: readonly Condition[];
  readonly breakers: readonly PeerBreaker[];
  /** Undefined lets everybody in. */
  readonly keys: Secret | undefined;
  /** Opens a span for each request that arrives; undefined for none. */
  readonly withSpan: WithSpan | undefined;
  readonly log: Logger;
}): { readonly server: FastifyInstance; readonly tasks: Draining } {
  const { config, answer, sessions, keys, log } = parts;
  const server = buildHttpServer({ maxBodyBytes: config.maxBodyBytes, closeLimitMs: CLOSE_LIMIT_MS, log });
  server.addHook('onRequest', sayRequestId);
  if (parts.withSpan) server.addHook('onRequest', requestSpans(parts.withSpan));
  allowOrigins(server, config.corsAllowedOrigins);
  if (keys) protect(server, keys, log);

  addProbes(server, parts);
  addCardRoutes(server, config, keys !== undefined, parts.tools);
  addMemoryRoutes(server, config.name, sessions);
  addModelRoutes(server, config.name);
  const limit = new ConcurrencyLimit(config.maxConcurrentRequests);
  addChatRoute(server, config, answer, { limit, log });
  const tasks = addA2ARoute(server, { ...parts, limit });
  return { server, tasks };
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
  { config: { name }, dependencies, conditions, breakers, ...parts }: Parameters<typeof buildAgentServer>[0],
): void {
  server.get(HEALTH_PATH, () => ({ status: 'healthy', name, timestamp: unixSeconds() }));

  server.get(READY_PATH, async (_request, reply) => {
    const reasons = [...dependencies.problems, ...(await problemsOf(conditions))];
    const unavailable = breakers.filter(({ isOpen }) => isOpen).map(({ peer }) => peer);
    const missingTools = parts.missingTools();
    const unmatchedApprovals = parts.unmatchedApprovals();
    const ready = reasons.length === 0;
    return reply.code(ready ? 200 : 503).send({
      status: ready ? 'ready' : 'waiting',
      name,
      timestamp: unixSeconds(),
      dependencies: dependencies.states,
      // The agent is of use without them, and were it not ready, one outage would take down all who lean on it.
      ...(unavailable.length > 0 ? { unavailable } : {}),
      ...(missingTools.length > 0 ? { missingTools } : {}),
      ...(unmatchedApprovals.length > 0 ? { unmatchedApprovals } : {}),
      ...(reasons.length > 0 ? { reasons } : {}),
    });
  });
}

function unixSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
