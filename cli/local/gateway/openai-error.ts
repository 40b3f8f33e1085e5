import { type FastifyInstance } from 'fastify';

/** A failure in the words of the OpenAI API; its message reaches the caller. */
export class OpenAIError extends Error {
  constructor(
    readonly statusCode: number,
    message: string,
    readonly details: {
      readonly type?: string;
      readonly param?: string | null;
      readonly code?: string | null;
    } = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'OpenAIError';
  }
}

/** Whatever goes wrong in a server, and whatever path it does not have, is answered as the OpenAI API would. */
export function answerErrorsAsOpenAI(app: FastifyInstance): void {
  app.setErrorHandler((error, _request, reply) => {
    const failure = toOpenAIError(error);
    return reply.code(failure.statusCode).send(errorBody(failure));
  });
  app.setNotFoundHandler((request, reply) =>
    reply
      .code(404)
      .send(errorBody(new OpenAIError(404, `no such path: ${request.method} ${pathOf(request.url)}`))),
  );
}

function errorBody({ message, statusCode, details }: OpenAIError) {
  const type = details.type ?? (statusCode < 500 ? 'invalid_request_error' : 'server_error');
  return { error: { message, type, param: details.param ?? null, code: details.code ?? null } };
}

/** Fastify's own refusals (not JSON, too large) are the caller's to read; anything else is ours to hide. */
function toOpenAIError(error: unknown): OpenAIError {
  if (error instanceof OpenAIError) return error;
  const { statusCode, message } = error as { statusCode?: number; message?: string };
  if (statusCode !== undefined && statusCode < 500)
    return new OpenAIError(statusCode, message ?? 'bad request');
  return new OpenAIError(500, 'the server failed to answer');
}

function pathOf(url: string): string {
  return url.split('?')[0] ?? url;
}
