import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { z } from 'zod';

/**
 * What the official SDK's server costs by itself, as its examples put it together: a server and a transport for each
 * session, and answers as JSON, which is the faster of its two ways.
 */
const sessions = new Map<string, StreamableHTTPServerTransport>();

async function open(): Promise<StreamableHTTPServerTransport> {
  const server = new McpServer({ name: 'bare', version: '1' });
  const echo = { description: 'Echo', inputSchema: { message: z.string().optional() } };
  server.registerTool('echo', echo, ({ message = '' }) => ({ content: [{ type: 'text', text: message }] }));
  const transport: StreamableHTTPServerTransport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    enableJsonResponse: true,
    onsessioninitialized: (id) => void sessions.set(id, transport),
    onsessionclosed: (id) => void sessions.delete(id),
  });
  await server.connect(transport);
  return transport;
}

createServer((request, response) => {
  void (async () => {
    const transport = sessions.get(String(request.headers['mcp-session-id'])) ?? (await open());
    await transport.handleRequest(request, response);
  })();
}).listen(Number(process.env.PORT), '127.0.0.1', () => console.log('listening'));
