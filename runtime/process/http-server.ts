import { fastify, type FastifyInstance } from 'fastify';
import { type Logger } from 'pino';
import { answerBrokenRequest } from './broken-request';
import { requestIds } from './request-ids';
import { replyWithError, replyWithNotFound } from './http-errors';
import { Routes } from './routes';

const MAX_HEADER_BYTES = 16 * 1024;
/** All of a request is to arrive within it; how long the answer takes is another matter. */
const RECEIVE_MS = 60_000;
/** Ids of sessions are up to 128 characters. */
const MAX_PARAMETER_CHARACTERS = 512;

/** A server that says whatever is wrong with a request as OpenAI does, from the first line of HTTP on. */
export function buildHttpServer(options: {
  readonly maxBodyBytes: number;
  /** What must be done before it is closed may take so long. */
  readonly closeLimitMs: number;
  readonly log: Logger;
}): FastifyInstance {
  const { maxBodyBytes, closeLimitMs, log } = options;
  const server = fastify({
    logger: false,
    // Behind a proxy that ends TLS, addresses in replies are those that the caller used.
    trustProxy: true,
    genReqId: requestIds(),
    bodyLimit: maxBodyBytes,
    pluginTimeout: closeLimitMs,
    requestTimeout: RECEIVE_MS,
    http: { maxHeaderSize: MAX_HEADER_BYTES },
    routerOptions: { maxParamLength: MAX_PARAMETER_CHARACTERS },
    // `serve` says it, in the words of all other errors.
    return503OnClosing: false,
    frameworkErrors: replyWithError(log),
    clientErrorHandler: answerBrokenRequest,
  });
  const routes = new Routes(server);
  server.removeContentTypeParser('text/plain');
  server.setErrorHandler(replyWithError(log));
  server.setNotFoundHandler(replyWithNotFound(routes));
  return server;
}
