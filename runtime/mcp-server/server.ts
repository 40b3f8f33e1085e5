import { type FastifyInstance } from 'fastify';
import { HEALTH_PATH, MCP_PATH, READY_PATH } from '../contract';
import { allowOrigins } from '../process/cors';
import { type Condition, problemsOf } from '../process/conditions';
import { buildHttpServer } from '../process/http-server';
import { protect } from './callers';
import { type AllowedPages, refuseStrangePages } from './strange-pages';
import { type EndpointParts, mcpEndpoint } from './endpoint';
import { jsonRpcError, replyWithProtocolError } from './protocol-errors';

/** As much as the official SDK takes. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;
const CLOSE_LIMIT_MS = 10_000;

/** What a tool server is put together from. */
export interface MCPServerParts extends EndpointParts {
  readonly pages: AllowedPages;
  /** What it needs to be ready. */
  readonly conditions?: readonly Condition[];
}

/** MCP over streamable HTTP, and probes. */
export function buildMCPServer(parts: MCPServerParts): FastifyInstance {
  const { name, log, tools, pages, callers, conditions = [] } = parts;
  const server = buildHttpServer({ maxBodyBytes: MAX_BODY_BYTES, closeLimitMs: CLOSE_LIMIT_MS, log });
  allowOrigins(server, pages.origins);
  if (callers) protect(server, callers);

  server.get(HEALTH_PATH, () => ({ status: 'healthy', name }));
  server.get(READY_PATH, async (_request, reply) => {
    const reasons = await problemsOf(conditions);
    if (reasons.length > 0) return reply.code(503).send({ status: 'waiting', name, reasons });
    // Which tools there are is not everybody's to know where callers show keys.
    return { status: 'ready', name, ...(callers ? {} : { tools: [...tools.keys()] }) };
  });

  const asMCP = {
    errorHandler: replyWithProtocolError(log),
    onRequest: (request: Parameters<typeof refuseStrangePages>[1], _reply: unknown, done: () => void) => {
      refuseStrangePages(pages, request);
      done();
    },
  };
  server.post(MCP_PATH, asMCP, mcpEndpoint(parts));
  // Without sessions there is no stream to open and none to end.
  server.route({
    ...asMCP,
    method: ['GET', 'DELETE'],
    url: MCP_PATH,
    handler: (_request, reply) =>
      reply.code(405).header('allow', 'POST').send(jsonRpcError(-32000, 'Method not allowed')),
  });
  return server;
}
