import { type FastifyError, type FastifyReply, type FastifyRequest } from 'fastify';
import { type Logger } from 'pino';
import { HttpError } from './errors';
import { type Routes } from './routes';

/** An error in the words of OpenAI, and the status that it is answered with. */
export interface ErrorReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
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
  return (error: Error, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const { status, headers = {}, body } = errorReply(error, log, request.id);
    return reply.code(status).headers(headers).send(body);
  };
}

/**
 * What is not meant for callers is logged and told to them as "internal error": its text may hold inner addresses.
 */
export function errorReply(error: unknown, log: Logger, requestId?: string): ErrorReply {
  if (error instanceof HttpError) {
    const { status, headers, message, category, param = null, code } = error;
    return { status, headers, body: errorObject(message, category, param, code) };
  }
  const { statusCode: status = 500, code, message } = error as Partial<FastifyError>;
  if (status < 500) {
    const known = REFUSALS[code ?? ''];
    const said = code?.startsWith('FST_') ? String(message) : 'the request cannot be read';
    return { status, body: errorObject(said, 'invalid_request_error', null, known ?? 'invalid_request') };
  }
  log.error({ err: error, ...(requestId === undefined ? {} : { request_id: requestId }) }, 'request failed');
  return { status: 500, body: errorObject('internal error', 'api_error', null, 'internal_error') };
}

/** What the server itself refuses, in words that a program may know. */
const REFUSALS: Readonly<Record<string, string>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'request_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
  FST_ERR_CTP_INVALID_JSON_BODY: 'invalid_json',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'invalid_json',
};

/** Says that there is no such path, or how it can be asked. */
export function replyWithNotFound(routes: Routes) {
  return (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const path = request.url.split('?')[0] ?? '';
    const methods = routes.methodsOf(path);
    const message = `there is no ${request.method} ${path}`;
    if (methods.length === 0)
      return reply.code(404).send(errorObject(message, 'invalid_request_error', null, 'not_found'));
    const refusal = errorObject(message, 'invalid_request_error', null, 'method_not_allowed');
    return reply.code(405).header('allow', methods.join(', ')).send(refusal);
  };
}

export function errorObject(
  message: string,
  type: string,
  param: string | null,
  code: string,
): ErrorReply['body'] {
  return { error: { message, type, param, code } };
}
