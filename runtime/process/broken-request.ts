import { type ConnectionError } from 'fastify';
import { type Socket } from 'node:net';
import { errorObject } from './http-errors';

/** Answers what is no HTTP, or too much of it, and ends the connection: where the next request begins nobody knows. */
export function answerBrokenRequest({ code }: ConnectionError, socket: Socket): void {
  if (socket.destroyed || !socket.writable || code === 'ECONNRESET') return void socket.destroy();
  const { status, message } = PROBLEMS[code ?? ''] ?? NO_HTTP;
  const body = JSON.stringify(errorObject(message, 'invalid_request_error', null, 'invalid_request'));
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

const NO_HTTP = { status: '400 Bad Request', message: 'the request is no HTTP' };

const PROBLEMS: Readonly<Record<string, typeof NO_HTTP>> = {
  HPE_HEADER_OVERFLOW: {
    status: '431 Request Header Fields Too Large',
    message: 'the headers of the request are too large',
  },
  ERR_HTTP_REQUEST_TIMEOUT: { status: '408 Request Timeout', message: 'the request took too long to arrive' },
};
