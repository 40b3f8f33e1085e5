import { context } from '@opentelemetry/api';
import { type FastifyError, type FastifyInstance } from 'fastify';
import { A2A_PATH, DRAIN_SECONDS } from '../../contract';
import { replyWithError } from '../../process/http-errors';
import { type Draining } from '../../process/serve';
import { callerContext } from '../../telemetry/trace-context';
import type * as Endpoint from './endpoint';

const PARSE_ERROR = { code: -32700, message: 'Invalid JSON payload.' };

/**
 * A2A as JSON-RPC.
 *
 * @returns its tasks, which may go on when nobody waits for them
 */
export function addA2ARoute(server: FastifyInstance, parts: Endpoint.A2AParts): Draining {
  let endpoint: Endpoint.A2AEndpoint | undefined;
  const replyWithHttpError = replyWithError(parts.log);
  server.post(
    A2A_PATH,
    {
      onRequest: [
        (_request, reply, done) => {
          parts.limit.enter(reply.raw);
          done();
        },
        // A callback hook: what an async one makes active is gone when the handler runs.
        (request, _reply, done) => context.with(callerContext(request.headers), done),
      ],
      errorHandler: (error: FastifyError, request, reply) => {
        if (error.statusCode !== 400 || !error.code.startsWith('FST_ERR_CTP'))
          return replyWithHttpError(error, request, reply);
        return reply.code(400).send({ jsonrpc: '2.0', id: null, error: PARSE_ERROR });
      },
    },
    (request, reply) => {
      endpoint ??= openEndpoint(parts);
      return endpoint.handle(request, reply);
    },
  );
  const drain = async (graceMs: number) => endpoint?.drain(graceMs);
  server.addHook('preClose', () => drain(DRAIN_SECONDS * 1_000));
  server.addHook('onClose', () => endpoint?.close());
  return { drain };
}

/** Many agents are never spoken to in it, and no start need wait for it to load. */
function openEndpoint(parts: Endpoint.A2AParts): Endpoint.A2AEndpoint {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { A2AEndpoint } = require('./endpoint') as typeof Endpoint;
  return new A2AEndpoint(parts);
}
