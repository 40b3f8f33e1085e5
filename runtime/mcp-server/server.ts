import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { fastify, type FastifyInstance } from 'fastify';
import { HEALTH_PATH, MCP_PATH, READY_PATH } from '../contract';
import { type Condition, problemsOf } from '../process/conditions';
import { buildProtocolServer, type ProtocolParts } from './protocol';

export interface MCPServerParts extends ProtocolParts {
  /** What it needs to be ready. */
  readonly conditions?: readonly Condition[];
}

/**
 * MCP over streamable HTTP, and probes. Stateless: each message stands for itself, so a restart or a second
 * replica loses nothing.
 */
export function buildMCPServer(parts: MCPServerParts): FastifyInstance {
  const server = fastify({ logger: false });
  const { name, log, tools, conditions = [] } = parts;

  server.get(HEALTH_PATH, () => ({ status: 'healthy', name }));
  server.get(READY_PATH, async (_request, reply) => {
    const reasons = await problemsOf(conditions);
    if (reasons.length > 0) return reply.code(503).send({ status: 'waiting', name, reasons });
    return { status: 'ready', name, tools: [...tools.keys()] };
  });

  // The transport reads the body, so that what is wrong with it is said in the protocol's words.
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', (_request, _body, done) => done(null));
  server.post(MCP_PATH, async (request, reply) => {
    const protocol = buildProtocolServer(parts);
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: undefined,
      enableJsonResponse: true,
    });
    reply.raw.once('close', () => {
      void transport.close();
    });
    protocol.onerror = (error) => log.debug({ err: error }, 'MCP message refused');
    await protocol.connect(transport);
    reply.hijack();
    await transport.handleRequest(request.raw, reply.raw);
  });

  // Without sessions there is no stream to open and none to end.
  server.route({
    method: ['GET', 'DELETE'],
    url: MCP_PATH,
    handler: (_request, reply) => reply.code(405).header('allow', 'POST').send(METHOD_NOT_ALLOWED),
  });
  return server;
}

const METHOD_NOT_ALLOWED = {
  jsonrpc: '2.0',
  error: { code: -32000, message: 'Method not allowed' },
  id: null,
};
