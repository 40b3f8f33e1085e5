import { type McpHttpHandler } from '@modelcontextprotocol/server';
import { type RequestListener } from 'node:http';
import { text } from 'node:stream/consumers';

/** Serves the official handler of the protocol of 2026-07-28 by Node alone. */
export function listenerFor(handler: McpHttpHandler): RequestListener {
  return (incoming, outgoing) => {
    void (async () => {
      const gone = new AbortController();
      outgoing.once('close', () => gone.abort());
      const { method = '', headers } = incoming;
      const init = { method, headers: headers as Record<string, string>, signal: gone.signal };
      const body = method === 'POST' ? { body: await text(incoming) } : {};
      const response = await handler.fetch(new Request('http://localhost/mcp', { ...init, ...body }));
      outgoing.writeHead(response.status, Object.fromEntries(response.headers));
      outgoing.end(await response.text());
    })();
  };
}
