import { randomBytes } from 'node:crypto';
import { type FastifyReply, type FastifyRequest, type HookHandlerDoneFunction } from 'fastify';
import { type IncomingMessage } from 'node:http';
import { REQUEST_ID_HEADER } from '../contract';

/** Names requests: as their callers do, or else in a way that no other process does. */
export function requestIds(): (request: IncomingMessage) => string {
  const own = `req-${randomBytes(8).toString('hex')}-`;
  let made = 0;
  return ({ headers }) => {
    const given = headers[REQUEST_ID_HEADER];
    return typeof given === 'string' && isRequestId(given) ? given : own + (++made).toString(36);
  };
}

/** A hook by which each reply says which request it is for. */
export function sayRequestId(
  request: FastifyRequest,
  reply: FastifyReply,
  done: HookHandlerDoneFunction,
): void {
  reply.header(REQUEST_ID_HEADER, request.id);
  done();
}

/** It goes to logs and back to the caller, so there is little that it may hold. */
function isRequestId(text: string): boolean {
  return /^[!-~]{1,128}$/.test(text);
}
