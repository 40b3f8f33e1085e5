import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { startCollector } from '../../../cli/local/collector/collector';
import { mcpServerConfigToEnv } from '../../../runtime/contract';
import { listenHttp, nobodyAt, signalled } from '../../support/http';
import { type Bundles, bundleProcesses, ready, startProcess } from '../../support/real-process';

let bundles: Bundles;
const open: { close(): Promise<unknown> }[] = [];

beforeAll(() => {
  bundles = bundleProcesses();
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((part) => part.close()));
});
afterAll(() => bundles.remove());

const MODULE = `
  const { tool } = require('cdk8s-kaos/tool');
  const { z } = require('zod');
  exports.read = tool({
    description: 'Reads a page',
    input: z.object({ url: z.url() }),
    handler: async ({ url }) => (await fetch(url)).text(),
  });`;

test('a tool call that runs when the server is stopped is finished, and its span arrives', async () => {
  const asked = signalled();
  const page = signalled<string>();
  const web = await listenHttp((_request, response) => {
    asked.happen();
    void page.happened.then((text) => response.end(text));
  });
  const collector = await startCollector({ host: '127.0.0.1', grpcPort: 0, httpPort: 0 });
  const module = join(dirname(bundles.mcpServer), 'tools.js');
  writeFileSync(module, MODULE);
  const { port } = await nobodyAt();
  const server = startProcess(bundles.mcpServer, {
    ...mcpServerConfigToEnv({ name: 'search', toolModules: [module], host: '127.0.0.1', port }),
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.grpcUrl,
  });
  const url = `http://127.0.0.1:${port}`;
  await ready(url);
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp`)));
  open.push(client, web, collector);

  const call = client.callTool({ name: 'read', arguments: { url: web.url } });
  await asked.happened;
  server.kill('SIGTERM');
  page.happen('once upon a time');
  expect(await call).toEqual({ content: [{ type: 'text', text: 'once upon a time' }] });
  expect([await server.exit, await server.stderr]).toEqual([0, '']);
  expect(collector.store.spans).toMatchObject([
    { name: 'tools/call read', kind: 'SERVER', service: 'search', status: 'ok', parentSpanId: null },
  ]);
});
