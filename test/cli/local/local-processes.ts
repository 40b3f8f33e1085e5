import { buildSync } from 'esbuild';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * A process as small as one can be: it listens where an agent or a tool server is told to, is ready at once, tells
 * its process id, and dies when asked to, or asked anything. With `FAILS` it ends at its start,
 * with `NEVER_READY` it never says that it is ready. With `PARTING_CALL`, when it is told to end, it still calls this
 * address, and says what came of it.
 */
const SMALL_PROCESS = `
  const { createServer } = require('node:http');
  const { AGENT_PORT, MCP_PORT, FAILS, NEVER_READY, PARTING_CALL } = process.env;
  if (FAILS) {
    console.error(FAILS);
    process.exit(3);
  }
  if (PARTING_CALL) {
    process.once('SIGTERM', async () => {
      // Again and again: whoever was told to end at the same time may still answer the first.
      const call = () => fetch(PARTING_CALL, { headers: { connection: 'close' } }).then((reply) => reply.text());
      try {
        for (let calls = 0; calls < 20; calls++) await call();
        console.log('parting calls answered');
      } catch {
        console.log('parting calls failed');
      }
      process.exit();
    });
  }
  createServer((request, response) => {
    if (request.url === '/die' || request.method === 'POST') process.exit(3);
    if (request.url === '/home') return response.end(process.env.HOME);
    response.writeHead(NEVER_READY ? 503 : 200).end(String(process.pid));
  }).listen(Number(AGENT_PORT ?? MCP_PORT), '127.0.0.1', () => console.log('listening'));`;

/** A directory of processes as the bundles are in, all of them small. */
export function smallProcesses(): { directory: string; remove(): void } {
  const directory = mkdtempSync(join(tmpdir(), 'kaos-test-'));
  const source = (file: string) => resolve(__dirname, '../../../cli/local', file);
  buildSync({
    entryPoints: {
      'end-with-parent': source('end-with-parent.ts'),
      'run-program': source('run-program.ts'),
    },
    outdir: directory,
    platform: 'node',
    format: 'cjs',
  });
  for (const name of ['agent.js', 'mcp-server.js']) writeFileSync(join(directory, name), SMALL_PROCESS);
  return { directory, remove: () => rmSync(directory, { recursive: true }) };
}
