/** An MCP server over stdio that greets, and tells which trace it was asked in. */
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';

const server = new McpServer({ name: 'greeter', version: '1' });
server.registerTool('greet', { description: 'Greets' }, ({ _meta }) => ({
  content: [{ type: 'text', text: `Hello from ${_meta?.traceparent}` }],
}));
await server.connect(new StdioServerTransport());
