import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { createServer } from 'node:http';
import { z } from 'zod';
import { listenerFor } from '../support/mcp-handler';

/** What the official handler of the protocol of 2026-07-28 costs by itself, as its examples put it together. */
const handler = createMcpHandler(() => {
  const server = new McpServer({ name: 'bare', version: '1' });
  const inputSchema = z.object({ message: z.string().optional() });
  server.registerTool('echo', { description: 'Echo', inputSchema }, ({ message = '' }) => ({
    content: [{ type: 'text', text: message }],
  }));
  return server;
});

createServer(listenerFor(handler)).listen(Number(process.env.PORT), '127.0.0.1', () =>
  console.log('listening'),
);
