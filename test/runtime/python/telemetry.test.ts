import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Collector, startCollector } from '../../../cli/local/collector/collector';
import { type SpanRecord } from '../../../cli/local/collector/records';
import { mcpServerConfigToEnv } from '../../../runtime/contract';
import { nobodyAt, postJson } from '../../support/http';
import { describeWithPython, PythonServers } from '../../support/python';
import { type Bundles, bundleProcesses, ready, startProcess } from '../../support/real-process';

jest.setTimeout(60_000);

/** The same tools in both languages. */
const MODULE = `
  const { tool } = require('cdk8s-kaos/tool');
  const { z } = require('zod');
  const define = (handler) => tool({ description: 'Of a test', input: z.object({ a: z.int() }), handler });
  exports.double = define(({ a }) => String(2 * a));
  exports.fail = define(({ a }) => { throw new Error('no more than ' + a); });`;
const CODE = `
import logging

def double(a: int) -> str:
    logging.getLogger("maths").debug("doubling")
    return str(2 * a)

def fail(a: int) -> str:
    raise ValueError(f"no more than {a}")
`;

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const traceparent = (spanId: string) => `00-${TRACE_ID}-${spanId}-01`;
const MESSAGE_SPAN = 'aaaaaaaaaaaaaaaa';
const TRANSPORT_SPAN = 'bbbbbbbbbbbbbbbb';

const servers = new PythonServers();
const open: { close(): Promise<unknown> }[] = [];
let collector: Collector;

beforeEach(async () => {
  collector = await startCollector({ host: '127.0.0.1', grpcPort: 0, httpPort: 0 });
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((part) => part.close()));
  await servers.stop();
  await collector.close();
});
afterAll(() => servers.remove());

/** Asks in every way in which telemetry can differ. */
async function askAll(url: string): Promise<void> {
  const call = async (
    name: string,
    args: object,
    sent: { meta?: object; headers?: Record<string, string> },
  ) => {
    const params = { name, arguments: args, ...(sent.meta ? { _meta: sent.meta } : {}) };
    const headers = {
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2025-06-18',
      ...sent.headers,
    };
    await postJson(`${url}/mcp`, { jsonrpc: '2.0', id: 7, method: 'tools/call', params }, headers);
  };
  const headers = { traceparent: traceparent(TRANSPORT_SPAN) };
  await call('double', { a: 1 }, {});
  await call('double', { a: 2 }, { headers });
  await call('double', { a: 3 }, { headers, meta: { traceparent: traceparent(MESSAGE_SPAN) } });
  await call('double', { a: 4 }, { headers, meta: { traceparent: 5, progressToken: 1 } });
  await call('fail', { a: 5 }, { headers });
  await call('double', { a: 'six' }, { headers });
}

describeWithPython('telemetry of a server with tools in Python', () => {
  let bundles: Bundles;
  beforeAll(() => {
    bundles = bundleProcesses();
  });
  afterAll(() => bundles.remove());

  async function startNode(env: Record<string, string>) {
    const module = join(dirname(bundles.mcpServer), 'tools.js');
    writeFileSync(module, MODULE);
    const { port, url } = await nobodyAt();
    const config = { name: 'snakes', toolModules: [module], host: '127.0.0.1', port };
    const server = startProcess(bundles.mcpServer, { ...mcpServerConfigToEnv(config), ...env }, 60_000);
    await ready(url);
    return { ...server, url };
  }

  test('is what the server for TypeScript says of the same calls, by the same collector', async () => {
    const env = (service: string) => ({
      OTEL_SERVICE_NAME: service,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.grpcUrl,
      OTEL_RESOURCE_ATTRIBUTES: 'service.namespace=tests',
    });
    const both = {
      node: await startNode(env('node')),
      python: await servers.start(CODE, env('python')),
    };
    for (const server of Object.values(both)) {
      await askAll(server.url);
      server.kill('SIGTERM');
      expect([await server.exit, await server.stderr]).toEqual([0, '']);
    }
    const of = <T extends { service: string }>(records: readonly T[], service: string) =>
      records.filter((record) => record.service === service);

    const spans = (service: string) => of(collector.store.spans, service).map(comparable);
    expect(spans('python')).toHaveLength(6);
    expect(spans('python')).toEqual(spans('node'));
    expect(spans('python').map(({ parentSpanId }) => parentSpanId)).toEqual([
      null,
      TRANSPORT_SPAN,
      MESSAGE_SPAN,
      ...[TRANSPORT_SPAN, TRANSPORT_SPAN, TRANSPORT_SPAN],
    ]);

    const metrics = (service: string) =>
      of(collector.store.metrics, service).map(({ name, unit, type, points }) => ({
        ...{ name, unit, type },
        points: points
          .map((point) => ({
            attributes: point.attributes,
            ...('count' in point ? { count: point.count } : {}),
            ...('explicitBounds' in point ? { bounds: point.explicitBounds } : {}),
          }))
          .sort((a, b) => JSON.stringify(a.attributes).localeCompare(JSON.stringify(b.attributes))),
      }));
    expect(metrics('python')).toHaveLength(1);
    expect(metrics('python')).toEqual(metrics('node'));

    const logs = (service: string) =>
      of(collector.store.logs, service)
        .filter(({ body }) => String(body).startsWith('tools/call'))
        .map(({ body, severity, traceId, spanId, attributes }) => ({
          ...{ body, severity, attributes: Object.keys(attributes).sort(), logger: attributes.logger_name },
          span: of(collector.store.spans, service).findIndex((span) => span.spanId === spanId),
          isInTrace: traceId === TRACE_ID,
        }));
    expect(logs('python')).toHaveLength(6);
    expect(logs('python')).toEqual(logs('node'));

    const lines = async (server: { stdout: Promise<string> }) =>
      (await server.stdout)
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>)
        .filter(({ message }) => !/^(listening|OpenTelemetry|doubling)/.test(String(message)))
        .map((line) => ({ ...withoutIds(line), keys: Object.keys(line) }));
    expect(await lines(both.python)).toEqual(await lines(both.node));
  });

  test('has no name that a model made up, and is of the error that the protocol has for it', async () => {
    const server = await servers.start(CODE, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.httpUrl, ...HTTP });
    const client = await clientOf(server.url);
    await expect(client.callTool({ name: 'made_up', arguments: {} })).rejects.toMatchObject({ code: -32602 });
    await servers.stop();
    expect(collector.store.spans).toMatchObject([
      {
        name: 'tools/call unknown',
        status: 'error',
        attributes: { 'gen_ai.tool.name': 'unknown', 'error.type': '-32602' },
      },
    ]);
    expect(
      JSON.stringify([collector.store.spans, collector.store.metrics, collector.store.logs]),
    ).not.toContain('made_up');
  });

  test('says nothing of what was said, unless it is asked to', async () => {
    const asked = { OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'span_only' };
    for (const env of [{ LOG_LEVEL: 'TRACE' }, asked]) {
      const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.grpcUrl };
      const server = await servers.start(CODE, { ...endpoint, ...env });
      const client = await clientOf(server.url);
      await client.callTool({ name: 'double', arguments: { a: 271828 } });
      await servers.stop();
    }
    const [silent, telling] = collector.store.spans;
    expect(telling?.attributes).toMatchObject({
      'gen_ai.tool.call.arguments': '{"a":271828}',
      'gen_ai.tool.call.result': '[{"type":"text","text":"543656"}]',
    });
    expect(JSON.stringify([silent, collector.store.logs])).not.toMatch(/271828|543656/);
  });

  test('has a link to the transport’s span where the message names another', async () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', OTEL_METRICS_EXPORTER: 'none' };
    const console = { OTEL_TRACES_EXPORTER: 'console', OTEL_LOGS_EXPORTER: 'none' };
    const server = await servers.start(CODE, { ...env, ...console });
    await askAll(server.url);
    await servers.stop();
    const printed = await server.stdout;
    const linked = [...printed.matchAll(/"links": \[\s*\{\s*"context": \{[^}]*"span_id": "0x(\w+)"/g)];
    expect(linked.map(([, spanId]) => spanId)).toEqual([TRANSPORT_SPAN]);
  });

  test.each([
    ['OTEL_SDK_DISABLED', { OTEL_SDK_DISABLED: 'yes' }],
    ['no endpoint', { OTEL_EXPORTER_OTLP_ENDPOINT: '' }],
  ])('is not there with %s', async (_, env) => {
    const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.grpcUrl };
    const server = await servers.start(CODE, { ...endpoint, ...env });
    await askAll(server.url);
    await servers.stop();
    expect(collector.store.spans).toEqual([]);
    expect(await server.stdout).toContain('"message":"OpenTelemetry Enabled: false"');
  });

  test('is sampled as the variables say', async () => {
    const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.grpcUrl };
    const server = await servers.start(CODE, { ...endpoint, OTEL_TRACES_SAMPLER: 'parentbased_always_off' });
    await askAll(server.url);
    await servers.stop();
    expect(collector.store.spans).toHaveLength(5);
    expect(new Set(collector.store.spans.map(({ traceId }) => traceId))).toEqual(new Set([TRACE_ID]));
  });

  test.each([
    ['DEBUG', ['doubling', 'tools/call double answered']],
    ['INFO', ['tools/call double answered']],
    ['ERROR', []],
  ])('logs at %s what a tool and the server say', async (LOG_LEVEL, messages) => {
    const server = await servers.start(CODE, { LOG_LEVEL });
    const client = await clientOf(server.url);
    await client.callTool({ name: 'double', arguments: { a: 1 } });
    await servers.stop();
    const lines = (await server.stdout).split('\n').filter((line) => /doubling|tools.call/.test(line));
    expect(lines.map((line) => (JSON.parse(line) as { message: string }).message)).toEqual(messages);
  });

  async function clientOf(url: string): Promise<Client> {
    const client = new Client({ name: 'test', version: '1' });
    await client.connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp`)));
    open.push(client);
    return client;
  }
});

const HTTP = { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' };

/** What of a span does not depend on when and in which language it was made. */
function comparable(span: SpanRecord) {
  const { name, kind, status, statusMessage, parentSpanId, attributes, events, scope, resource } = span;
  return {
    ...{ name, kind, status, statusMessage, parentSpanId, attributes, scope },
    events: events.map((event) => [event.name, withoutStack(event.attributes)]),
    resource: Object.keys(resource).sort(),
  };
}

function withoutStack(attributes: Readonly<Record<string, unknown>>) {
  const { 'exception.stacktrace': stack, ...rest } = attributes;
  return { ...rest, hasStack: typeof stack };
}

function withoutIds({ time, trace_id, span_id, err, ...line }: Record<string, unknown>) {
  // The severity is that of the line once more.
  const { stack, severity, ...error } = (err ?? {}) as Record<string, unknown>;
  return { ...line, error };
}
