import { type IncomingMessage, type Server } from 'node:http';
import { MCP_PATH, READY_PATH } from '../../../runtime/contract';

/**
 * Where a server that somebody else wrote answers is not in its manifest, so what stands in for it answers everywhere:
 * MCP to whoever speaks it, and to all others that it is ready.
 */
export function answerEverywhere(server: Server): void {
  server.prependListener('request', (request: IncomingMessage) => {
    request.url = speaksMCP(request) ? MCP_PATH : READY_PATH;
  });
}

function speaksMCP({ method, headers }: IncomingMessage): boolean {
  return method !== 'GET' || (headers.accept ?? '').includes('text/event-stream');
}
