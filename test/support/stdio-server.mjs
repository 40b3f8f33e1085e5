/**
 * An MCP server over stdio that does as it is told. Its first argument names a file without which it ends at its start;
 * its second one a file to which it writes a line each time that it is started.
 */
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { appendFileSync, existsSync, watch, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';

const [gate, journal] = process.argv.slice(2);
if (journal) appendFileSync(journal, `${process.pid}\n`);
if (gate && !existsSync(gate)) {
  process.stderr.write(`there is no ${gate}\n`);
  process.exit(3);
}

const server = new McpServer({ name: 'told', version: '1' });
const text = (value) => ({ content: [{ type: 'text', text: JSON.stringify(value) }] });
const config = { description: 'Does as it is told' };

server.registerTool('pid', config, () => text(process.pid));
server.registerTool('environment', config, () => text(process.env));
server.registerTool('meta', config, ({ _meta }) => text(_meta));
server.registerTool('die', config, () => process.exit(3));
server.registerTool(
  'wait',
  config,
  ({ signal }) =>
    new Promise((resolve) => {
      process.stderr.write('waiting\n');
      signal.addEventListener('abort', () => {
        process.stderr.write('cancelled\n');
        resolve(text('cancelled'));
      });
    }),
);
server.registerTool('hold', { ...config, inputSchema: { until: z.string() } }, ({ until }) => {
  writeFileSync(`${until}.held`, '');
  return new Promise((resolve) => {
    const watcher = watch(dirname(until), () => {
      if (!existsSync(until)) return;
      watcher.close();
      resolve(text('released'));
    });
  });
});
server.registerTool('learn', config, () => {
  server.registerTool('learned', config, () => text('learned'));
  return text('soon');
});
server.registerTool('chatter', config, () => {
  process.stderr.write(`${'x'.repeat(5_000)}\nnext\n`);
  return text('said');
});
await server.connect(new StdioServerTransport());
