import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { mcpEndpoint } from '../../../runtime/mcp-server/endpoint';
import { runnableTool } from '../../../runtime/mcp-server/run-tool';
import { tool } from '../../../runtime/mcp-server/tool';
import { buildHttpServer } from '../../../runtime/process/http-server';
import { buildLogger } from '../../../runtime/telemetry/log';
import { buildInstrumentation } from '../../../runtime/telemetry/with-span';
import { raw } from '../../support/fuzz';
import { getJson, type Listening, listenFastify, postJson, until } from '../../support/http';
import { startToolServer } from '../../support/in-process';
import { startTestTelemetry } from '../../support/telemetry';

const LARGE = 'x'.repeat(32 * 1024 * 1024);
const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

const telemetry = startTestTelemetry();
let waiting = 0;
const tools = {
  ping: tool({ description: 'Answers', input: z.object({}), handler: () => 'pong' }),
  large: tool({ description: 'Answers at length', input: z.object({}), handler: () => LARGE }),
  echo: tool({ description: 'Echo', input: { type: 'object' }, handler: (args) => args }),
  wait: tool({
    description: 'Waits until its caller gives up',
    input: z.object({}),
    handler: (_args, { signal }) =>
      new Promise((_resolve, reject) => {
        waiting++;
        signal.addEventListener('abort', () => {
          waiting--;
          reject(new Error('given up'));
        });
      }),
  }),
};
let server: Listening;

beforeAll(async () => {
  server = await startToolServer('search', tools);
});
beforeEach(() => telemetry.reset());
afterAll(async () => {
  await server.close();
  await telemetry.close();
});

test.each([
  ['a header is too long', `x: ${'y'.repeat(20_000)}\r\n`],
  ['there are too many headers', Array.from({ length: 3_000 }, (_, index) => `x${index}: y\r\n`).join('')],
])('fails when %s', async (_why, headers) => {
  const reply = await raw(server.port, `POST /mcp HTTP/1.1\r\nhost: a\r\n${headers}\r\n`);
  expect(reply).toMatch(/^HTTP\/1\.1 431 /);
  expect((await postJson(`${server.url}/mcp`, call('ping'))).status).toBe(200);
});

test('a request without a body, and one with what is no message, are refused as such', async () => {
  const bare = 'POST /mcp HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n';
  expect(await raw(server.port, bare)).toMatch(/^HTTP\/1\.1 400 /);
  for (const body of [7, 'text', [null], [[]]]) {
    expect(await postJson(`${server.url}/mcp`, body)).toMatchObject({
      status: 400,
      body: { jsonrpc: '2.0' },
    });
  }
});

test('fails when a body of unknown length becomes too large, and reads no more of it', async () => {
  const socket = await open(server);
  socket.write('POST /mcp HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n');
  socket.write('transfer-encoding: chunked\r\n\r\n');
  const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
  const ended = once(socket, 'close');
  const reply = text(socket).catch(() => '');
  for (let sent = 0; sent < 100 && socket.writable; sent++) socket.write(chunk);
  expect(await reply).toMatch(/^(HTTP\/1\.1 413 |$)/);
  await ended;
  expect((await getJson(`${server.url}/health`)).status).toBe(200);
});

test('arguments that are nested deeper than a stack is high fail as a result', async () => {
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
  const body = JSON.stringify(call('echo', { a: '$deep' })).replace('"$deep"', deep);
  const reply = await postJson(`${server.url}/mcp`, body);
  expect(reply).toMatchObject({ status: 200, body: { result: { isError: true } } });
});

describe.each([
  ['2025-11-25', {}, {}],
  ['2026-07-28', { _meta: META }, { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call' }],
])('callers of %s that vanish', (_version, extra, headers) => {
  test('end their tools, and count as no failures', async () => {
    const sockets = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const socket = await open(server);
        post(socket, call('wait', {}, extra), { ...headers, 'mcp-name': 'wait' });
        return socket;
      }),
    );
    await until(() => waiting === 20);
    sockets.forEach((socket) => socket.destroy());
    await until(() => waiting === 0);
    const { ended } = await telemetry.span('tools/call wait');
    expect(ended).toBe(true);
    await until(() => telemetry.spans.length === 20);
    for (const { status, attributes } of telemetry.spans) {
      expect([status.code, attributes['error.type']]).toEqual([0, undefined]);
      expect(attributes['kaos.cancelled']).toBe(true);
    }
    expect(telemetry.logs.filter(({ severityText }) => severityText === 'ERROR')).toEqual([]);
  });
});

test('callers that do not read keep nobody else from being answered', async () => {
  const sockets = await Promise.all(Array.from({ length: 4 }, () => open(server)));
  for (const socket of sockets) {
    socket.pause();
    post(socket, call('large'));
  }
  expect(await postJson(`${server.url}/mcp`, call('ping'))).toMatchObject({
    body: { result: { content: [{ text: 'pong' }] } },
  });
  const [first] = sockets as [Socket];
  const whole = text(first);
  first.end();
  expect((await whole).length).toBeGreaterThan(LARGE.length);
  sockets.forEach((socket) => socket.destroy());
});

test('a caller that reads nothing for long is let go', async () => {
  const log = buildLogger({ name: 'slow', level: 'ERROR', export: true });
  const { withSpan } = buildInstrumentation('slow', log);
  const large = runnableTool({ name: 'large', definition: tools.large }, { log, withSpan });
  const http = buildHttpServer({ maxBodyBytes: 1_000, closeLimitMs: 1_000, log });
  http.post('/mcp', mcpEndpoint({ name: 'slow', tools: new Map([['large', large]]), withSpan, log }, 20));
  const slow = await listenFastify(http);
  const dropped = new Promise((resolve) => {
    http.server.once('connection', (socket) => socket.once('close', resolve));
  });
  const socket = await open(slow);
  socket.pause();
  post(socket, call('large'));
  await dropped;
  socket.destroy();
  await slow.close();
});

function call(name: string, args: object = {}, extra: object = {}): object {
  return { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args, ...extra } };
}

async function open({ port }: Listening): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

function post(socket: Socket, message: object, headers: Record<string, string> = {}): void {
  const body = JSON.stringify(message);
  const own = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...headers };
  const lines = Object.entries(own).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`POST /mcp HTTP/1.1\r\nhost: a\r\n${lines.join('')}\r\n${body}`);
}
