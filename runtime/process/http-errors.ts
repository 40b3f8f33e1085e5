import { type FastifyError, type FastifyReply, type FastifyRequest } from 'fastify';
import { type Logger } from 'pino';
import { HttpError } from './errors';

/** An error in the words of OpenAI, and the status that it is answered with. */
export interface ErrorReply {
  readonly status: number;
  readonly body: { readonly error: ErrorObject };
}

interface ErrorObject {
  readonly message: string;
  readonly type: string;
  readonly param: string | null;
  readonly code: string;
}

/** Answers with OpenAI-style error objects. */
export function replyWithError(log: Logger) {
  return (error: Error, _request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const { status, body } = errorReply(error, log);
    return reply.code(status).send(body);
  };
}

/**
 * What is not meant for callers is logged and told to them as "internal error": its text may hold inner addresses.
 */
export function errorReply(error: unknown, log: Logger): ErrorReply {
  if (error instanceof HttpError) {
    const { status, message, category, param = null, code } = error;
    return { status, body: errorObject(message, category, param, code) };
  }
  const { statusCode: status = 500, message, code } = error as Partial<FastifyError>;
  if (status < 500)
    return { status, body: errorObject(String(message), 'invalid_request_error', null, String(code)) };
  log.error({ err: error }, 'request failed');
  return { status: 500, body: errorObject('internal error', 'api_error', null, 'internal_error') };
}

export function replyWithNotFound(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const message = `there is no ${request.method} ${request.url.split('?')[0]}`;
  return reply.code(404).send(errorObject(message, 'invalid_request_error', null, 'not_found'));
}

function errorObject(message: string, type: string, param: string | null, code: string): ErrorReply['body'] {
  return { error: { message, type, param, code } };
}
