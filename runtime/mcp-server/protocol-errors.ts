import { type JSONRPCErrorResponse } from '@modelcontextprotocol/server';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type Logger } from 'pino';
import { errorReply } from '../process/http-errors';

/** An error that answers no request in particular. */
export function jsonRpcError(code: number, message: string): JSONRPCErrorResponse {
  // The protocol before 2025-11-25 wants an id of null here, and clients of later ones take it.
  return { jsonrpc: '2.0', error: { code, message }, id: null } as unknown as JSONRPCErrorResponse;
}

/** Says what is wrong with an HTTP request in the words of the protocol. */
export function replyWithProtocolError(log: Logger) {
  return (error: Error, _request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const { status, headers = {}, body } = errorReply(error, log);
    const { message, code } = body.error;
    const number = NUMBERS[code] ?? (status < 500 ? SERVER_ERROR : INTERNAL_ERROR);
    return reply.code(status).headers(headers).send(jsonRpcError(number, message));
  };
}

const SERVER_ERROR = -32000;
const INTERNAL_ERROR = -32603;
const NUMBERS: Readonly<Record<string, number>> = { invalid_json: -32700 };
