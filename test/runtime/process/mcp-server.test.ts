import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { startCollector } from '../../../cli/local/collector/collector';
import { type Env, mcpServerConfigToEnv } from '../../../runtime/contract';
import { getJson, listenHttp, nobodyAt, postJson, signalled } from '../../support/http';
import { type Bundles, bundleProcesses, draining, ready, startProcess } from '../../support/real-process';

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
  const collector = await startCollector({ host: '127.0.0.1', grpcPort: 0, httpPort: 0 });
  open.push(collector);
  const { server, url, call, page } = await askedServer({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.grpcUrl });
  server.kill('SIGTERM');
  await draining(url);
  const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };
  const refused = await postJson(`${url}/mcp`, ping);
  expect(refused).toMatchObject({ status: 503, body: { error: { code: 'draining' } } });
  expect([refused.headers.get('connection'), refused.headers.get('retry-after')]).toEqual(['close', '1']);
  expect((await getJson(`${url}/health`)).status).toBe(200);
  page.happen('once upon a time');
  expect(await call).toEqual({ content: [{ type: 'text', text: 'once upon a time' }] });
  expect([await server.exit, await server.stderr]).toEqual([0, '']);
  const { spans, metrics } = collector.store;
  expect(spans).toMatchObject([
    { name: 'tools/call read', kind: 'SERVER', service: 'search', status: 'ok', parentSpanId: null },
  ]);
  expect(metrics.map(({ name }) => name)).toContain('mcp.server.operation.duration');
  expect(metrics.filter(({ name }) => name.startsWith('kaos.'))).toEqual([]);
});

test.each<[second: NodeJS.Signals, code: number]>([
  ['SIGTERM', 143],
  ['SIGINT', 130],
])('a second signal, %s, ends the server at once', async (second, code) => {
  const { server, url, call } = await askedServer({});
  server.kill('SIGTERM');
  await draining(url);
  server.kill(second);
  await expect(call).rejects.toThrow('fetch failed');
  expect([await server.exit, await server.stderr]).toEqual([code, '']);
});

/** A server that one has called, whose tool waits for a page that is still to be written. */
async function askedServer(env: Env) {
  const asked = signalled();
  const page = signalled<string>();
  const web = await listenHttp((_request, response) => {
    asked.happen();
    void page.happened.then((text) => response.end(text));
  });
  const module = join(dirname(bundles.mcpServer), 'tools.js');
  writeFileSync(module, MODULE);
  const { port, url } = await nobodyAt();
  const config = mcpServerConfigToEnv({ name: 'search', toolModules: [module], host: '127.0.0.1', port });
  const server = startProcess(bundles.mcpServer, { ...config, ...env });
  await ready(url);
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp`)));
  open.push(client, web);
  const call = client.callTool({ name: 'read', arguments: { url: web.url } });
  call.catch(() => undefined); // each test says what becomes of it
  await asked.happened;
  return { server, url, call, page };
}
