import { type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { type Listening, listenHttp } from './http';

/** An MCP message as it came over the wire. */
export interface MCPMessage {
  readonly id?: number;
  readonly method: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

/** A JSON-RPC outcome, or an HTTP status without one. */
export type MCPOutcome =
  | { readonly result?: object; readonly error?: { readonly code: number; readonly message: string } }
  | { readonly status: number };

/** What a server does on a method; where it returns nothing, it does the usual. */
export type MCPScript = Readonly<
  Record<
    string,
    (
      message: MCPMessage,
      request: IncomingMessage,
    ) => MCPOutcome | undefined | Promise<MCPOutcome | undefined>
  >
>;

/** A tool server without sessions whose answers are known: one tool `look`, which answers `seen`. */
export function startScriptedMCP(script: MCPScript): Promise<Listening> {
  return listenHttp((request, response) => {
    void (async () => {
      if (request.method !== 'POST') return response.writeHead(405).end();
      const message = JSON.parse(await text(request)) as MCPMessage;
      const outcome = (await script[message.method]?.(message, request)) ?? usual(message);
      if (!outcome) return response.writeHead(202).end();
      if ('status' in outcome) return response.writeHead(outcome.status).end();
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ jsonrpc: '2.0', id: message.id, ...outcome }));
    })();
  });
}

function usual({ method }: MCPMessage): MCPOutcome | undefined {
  const serverInfo = { name: 'scripted', version: '1' };
  const results: Readonly<Record<string, object>> = {
    initialize: { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo },
    'tools/list': { tools: [{ name: 'look', inputSchema: { type: 'object' } }] },
    'tools/call': { content: [{ type: 'text', text: 'seen' }] },
  };
  const result = results[method];
  return result && { result };
}
