import { type FastifyInstance } from 'fastify';
import { z } from 'zod';
import { MEMORY_EVENTS_PATH, MEMORY_SESSIONS_PATH } from '../../contract';
import { InvalidRequestError } from '../../process/errors';
import { type Sessions } from '../memory/sessions';
import { parseSessionId } from './request';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1_000;

/** What the agent remembers, as KAOS shows it, and how to make it forget. */
export function addMemoryRoutes(server: FastifyInstance, agent: string, sessions: Sessions): void {
  server.get(MEMORY_EVENTS_PATH, async ({ query }) => {
    const { session, limit } = parseQuery(query);
    return { agent, ...(await sessions.events(session, limit)) };
  });

  server.get(MEMORY_SESSIONS_PATH, async () => {
    const ids = await sessions.ids();
    return { agent, sessions: ids, total: ids.length };
  });

  server.delete<{ Params: { id: string } }>(`${MEMORY_SESSIONS_PATH}/:id`, async ({ params }, reply) => {
    await sessions.delete(parseSessionId(params.id, 'session'));
    return reply.code(204).send();
  });
}

function parseQuery(query: unknown): { session: string | undefined; limit: number } {
  const { data } = eventsQuery.safeParse(query);
  if (!data) throw new InvalidRequestError('limit: must be a whole number, 1 or more', 'limit');
  const { limit, session_id } = data;
  return {
    session: session_id === undefined ? undefined : parseSessionId(session_id, 'session_id'),
    limit: Math.min(limit === undefined ? DEFAULT_LIMIT : Number(limit), MAX_LIMIT),
  };
}

const eventsQuery = z.object({
  limit: z
    .string()
    .regex(/^0*[1-9]\d{0,8}$/)
    .optional(),
  session_id: z.coerce.string().optional(),
});
