import { type FastifyError, type FastifyReply, type FastifyRequest } from 'fastify';
import { type Logger } from 'pino';
import { HttpError } from './errors';

/**
 * Answers with OpenAI-style error objects. What is not meant for callers is logged and told to them as
 * "internal error": its text may hold inner addresses.
 */
export function replyWithError(log: Logger) {
  return (error: FastifyError | HttpError, _request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    if (error instanceof HttpError) {
      const { status, message, category, param = null, code } = error;
      return reply.code(status).send(errorObject(message, category, param, code));
    }
    const status = error.statusCode ?? 500;
    if (status < 500) {
      return reply.code(status).send(errorObject(error.message, 'invalid_request_error', null, error.code));
    }
    log.error({ err: error }, 'request failed');
    return reply.code(500).send(errorObject('internal error', 'api_error', null, 'internal_error'));
  };
}

export function replyWithNotFound(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const message = `there is no ${request.method} ${request.url.split('?')[0]}`;
  return reply.code(404).send(errorObject(message, 'invalid_request_error', null, 'not_found'));
}

function errorObject(message: string, type: string, param: string | null, code: string) {
  return { error: { message, type, param, code } };
}
