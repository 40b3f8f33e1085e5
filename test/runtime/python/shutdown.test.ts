import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { createServer } from 'node:net';
import { type Collector, startCollector } from '../../../cli/local/collector/collector';
import { FLUSH_SECONDS } from '../../../runtime/contract';
import { listenHttp, nobodyAt, signalled, until } from '../../support/http';
import { describeWithPython, PythonServers } from '../../support/python';

jest.setTimeout(60_000);

/** Tools that take as long as a page does, one in a thread and one in the event loop. */
const CODE = `
import asyncio
from urllib.request import urlopen

def read(url: str) -> str:
    with urlopen(url) as page:
        return page.read().decode()

async def read_later(url: str) -> str:
    return await asyncio.to_thread(read, url)

async def wait(url: str) -> str:
    await asyncio.to_thread(read, url)
    await asyncio.Event().wait()
`;

const servers = new PythonServers();
const open: { close(): Promise<unknown> }[] = [];
let collector: Collector;
let endpoint: { OTEL_EXPORTER_OTLP_ENDPOINT: string };

beforeEach(async () => {
  collector = await startCollector({ host: '127.0.0.1', grpcPort: 0, httpPort: 0 });
  endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.grpcUrl };
  open.push(collector);
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((part) => part.close()));
  await servers.stop();
});
afterAll(() => servers.remove());

/** A page that somebody has asked for, and is still to get. */
async function slowPage() {
  const asked = signalled();
  const page = signalled<string>();
  const web = await listenHttp((_request, response) => {
    asked.happen();
    void page.happened.then((text) => response.end(text));
  });
  open.push(web);
  return { url: web.url, asked: asked.happened, answer: page.happen };
}

async function clientOf(url: string): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp`)));
  open.push(client);
  return client;
}

describeWithPython('a server with tools in Python that is stopped', () => {
  test.each(['read', 'read_later'])('finishes a call of %s, and its telemetry arrives', async (name) => {
    const page = await slowPage();
    const server = await servers.start(CODE, endpoint);
    const call = (await clientOf(server.url)).callTool({ name, arguments: { url: page.url } });
    await page.asked;
    server.kill('SIGTERM');
    await until(async () => (await fetch(`${server.url}/ready`)).status === 503);
    const refused = await fetch(`${server.url}/mcp`, { method: 'POST', body: '{}' });
    expect([refused.status, await refused.json()]).toMatchObject([503, { error: { code: 'draining' } }]);
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
    page.answer('once upon a time');
    expect(await call).toMatchObject({ content: [{ type: 'text', text: 'once upon a time' }] });
    expect([await server.exit, await server.stderr]).toEqual([0, '']);
    expect(collector.store.spans).toMatchObject([
      { name: `tools/call ${name}`, kind: 'SERVER', service: 'snakes', status: 'ok', parentSpanId: null },
    ]);
    expect(collector.store.metrics.map((metric) => metric.name)).toEqual(['mcp.server.operation.duration']);
    expect(collector.store.logs.map(({ body }) => body)).toContain(`tools/call ${name} answered`);
  });

  test('ends though a connection is kept open', async () => {
    const server = await servers.start(CODE);
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
    server.kill('SIGINT');
    expect(await server.exit).toBe(0);
  });

  test.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('ends at once when it is told a second time, by %s', async (signal, code) => {
    const page = await slowPage();
    const server = await servers.start(CODE);
    const call = (await clientOf(server.url)).callTool({ name: 'read', arguments: { url: page.url } });
    const failed = expect(call).rejects.toThrow();
    await page.asked;
    server.kill('SIGTERM');
    await until(async () => (await fetch(`${server.url}/ready`)).status === 503);
    server.kill(signal);
    expect(await server.exit).toBe(code);
    await failed;
  });

  test('waits for a collector that hangs no longer than telemetry may take', async () => {
    const hanging = createServer(() => undefined);
    const { port } = await nobodyAt();
    await new Promise<void>((resolve) => hanging.listen(port, '127.0.0.1', resolve));
    const server = await servers.start(CODE, { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` });
    const startedAt = performance.now();
    server.kill('SIGTERM');
    expect(await server.exit).toBe(0);
    expect(performance.now() - startedAt).toBeLessThan((FLUSH_SECONDS + 10) * 1000);
    hanging.close();
  });

  test('says that its collector is away on stdout alone, and lives', async () => {
    const server = await servers.start(CODE, {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
      OTEL_BLRP_SCHEDULE_DELAY: '10',
      OTEL_EXPORTER_OTLP_TIMEOUT: '100',
    });
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
    await servers.stop();
    const lines = (await server.stdout).trimEnd().split('\n');
    const said = lines.map((line) => (JSON.parse(line) as { message: string }).message);
    expect(said).toContainEqual(expect.stringMatching(/^OpenTelemetry: .*127\.0\.0\.1:1/));
    expect(await server.stderr).toBe('');
  });
});

describeWithPython('a server with tools in Python', () => {
  test('gives up a call whose caller has gone, which is no failure', async () => {
    const page = await slowPage();
    const server = await servers.start(CODE, { ...endpoint, OTEL_BSP_SCHEDULE_DELAY: '10' });
    const caller = new AbortController();
    const call = fetch(`${server.url}/mcp`, {
      method: 'POST',
      headers: { accept: 'application/json, text/event-stream', 'content-type': 'application/json' },
      body: JSON.stringify({
        ...{ jsonrpc: '2.0', id: 1, method: 'tools/call' },
        params: { name: 'wait', arguments: { url: page.url } },
      }),
      signal: caller.signal,
    });
    await page.asked;
    page.answer('go on');
    caller.abort();
    await expect(call).rejects.toThrow('This operation was aborted');
    const span = await collector.store.span(({ name }) => name === 'tools/call wait');
    expect(span).toMatchObject({ status: 'unset', attributes: { 'kaos.cancelled': true } });
    expect((await fetch(`${server.url}/ready`)).status).toBe(200);
  });

  test('ends when it has no port, saying so', async () => {
    const taken = await listenHttp(() => undefined);
    open.push(taken);
    const server = await servers.start(CODE, { MCP_PORT: String(taken.port) });
    expect(await server.exit).toBe(1);
    expect(await server.stdout).toContain(`"message":"cannot listen on 127.0.0.1:${taken.port}"`);
  });
});
