import { context } from '@opentelemetry/api';
import { type FastifyReply, type FastifyRequest, type HookHandlerDoneFunction } from 'fastify';
import { A2A_CARD_PATH, CARD_PATH, HEALTH_PATH, READY_PATH } from '../contract';
import { ATTRIBUTE } from '../telemetry/names';
import { serveRequest } from '../telemetry/http-operations';
import { incomingContext } from '../telemetry/trace-context';
import { type WithSpan } from '../telemetry/with-span';
import { CancelledError, ProcessError } from './errors';

/** Whoever looks whether a process is there and what it can do makes no trace. */
const UNTRACED: readonly (string | undefined)[] = [HEALTH_PATH, READY_PATH, CARD_PATH, A2A_CARD_PATH];

/** A reply that says that the server failed. */
class FailedReply extends ProcessError {
  readonly code = 'server_error';
}

/**
 * A hook by which each request that arrives has a span, from its headers to the end of its reply, and all that is done
 * for it is done within. A callback hook: what an async one makes active is gone when the handler runs.
 */
export function requestSpans(withSpan: WithSpan) {
  return (request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction): void => {
    const route = request.routeOptions.url;
    if (UNTRACED.includes(route)) return done();
    const [path = ''] = request.url.split('?');
    const operation = serveRequest({ method: request.method, route, path, scheme: request.protocol });
    const work = context.with(incomingContext(request.headers), () =>
      withSpan(operation, async (span) => {
        const ended = new Promise((resolve) => reply.raw.once('close', resolve));
        done();
        await ended;
        const { statusCode, writableFinished } = reply.raw;
        if (!writableFinished) throw new CancelledError();
        span.setAttribute(ATTRIBUTE.httpStatus, statusCode);
        if (statusCode >= 500)
          throw new FailedReply(`answered ${statusCode}`, { upstreamStatus: statusCode });
      }),
    );
    // It is told by the span alone: whoever asked has the reply.
    work.catch(() => undefined);
  };
}
