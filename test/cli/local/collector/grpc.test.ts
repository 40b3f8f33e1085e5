import { Client, credentials, Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { SeverityNumber } from '@opentelemetry/api-logs';
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-grpc';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-grpc';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { AggregationType, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { collector, SPAN_ID, TRACE_ID, useCollector } from './collector-for-tests';

useCollector();

const resource = resourceFromAttributes({ 'service.name': 'researcher', 'service.version': '1.0.0' });

describe('OTLP over gRPC, from the OpenTelemetry SDK', () => {
  test('a span keeps its ids, parent, times, attributes, events, links and error', async () => {
    const provider = new TracerProvider({
      resource,
      spanProcessors: [
        new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url: collector.grpcUrl }) }),
      ],
    });
    const tracer = provider.getTracer('kaos.researcher');
    const parent = tracer.startSpan('agent.agentic_loop', { startTime: [1_700_000_000, 123_456_789] });
    const child = tracer.startSpan(
      'tool.echo',
      {
        kind: SpanKind.CLIENT,
        attributes: { 'tool.name': 'echo', retries: 2, ratio: 0.5, tags: ['a', 'b'] },
        links: [
          { context: { traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: 1 }, attributes: { why: 'asked' } },
        ],
      },
      trace.setSpan(ROOT_CONTEXT, parent),
    );
    child.addEvent('retry', { attempt: 1 }, [1_700_000_000, 200_000_001]);
    child.setStatus({ code: SpanStatusCode.ERROR, message: 'out of paper' });
    child.end();
    parent.end([1_700_000_001, 1]);
    await provider.shutdown();

    const [tool, loop] = collector.store.spans;
    expect(loop).toMatchObject({
      traceId: parent.spanContext().traceId,
      spanId: parent.spanContext().spanId,
      parentSpanId: null,
      service: 'researcher',
      name: 'agent.agentic_loop',
      kind: 'INTERNAL',
      status: 'unset',
      startUnixNano: '1700000000123456789',
      endUnixNano: '1700000001000000001',
      scope: 'kaos.researcher',
      resource: { 'service.name': 'researcher', 'service.version': '1.0.0' },
    });
    expect(tool).toMatchObject({
      traceId: parent.spanContext().traceId,
      parentSpanId: parent.spanContext().spanId,
      kind: 'CLIENT',
      status: 'error',
      statusMessage: 'out of paper',
      attributes: { 'tool.name': 'echo', retries: 2, ratio: 0.5, tags: ['a', 'b'] },
      events: [{ name: 'retry', timeUnixNano: '1700000000200000001', attributes: { attempt: 1 } }],
      links: [{ traceId: TRACE_ID, spanId: SPAN_ID, attributes: { why: 'asked' } }],
    });
  });

  test('a log record carries severity, body and the span it was written in', async () => {
    const exporter = new OTLPLogExporter({ url: collector.grpcUrl });
    const provider = new LoggerProvider({
      resource,
      processors: [new BatchLogRecordProcessor({ exporter })],
    });
    const spanContext = { traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: 1 };
    const logger = provider.getLogger('kaos.researcher');
    logger.emit({
      severityNumber: SeverityNumber.ERROR,
      severityText: 'ERROR',
      body: 'tool echo failed',
      attributes: { logger_name: 'agent' },
      timestamp: [1_700_000_000, 5],
      context: trace.setSpanContext(context.active(), spanContext),
    });
    logger.emit({ severityNumber: SeverityNumber.INFO2, body: { step: 1 } });
    await provider.shutdown();

    expect(collector.store.logs[0]).toEqual({
      service: 'researcher',
      severity: 'ERROR',
      body: 'tool echo failed',
      traceId: TRACE_ID,
      spanId: SPAN_ID,
      attributes: { logger_name: 'agent' },
      timeUnixNano: '1700000000000000005',
    });
    expect(collector.store.logs[1]).toMatchObject({
      severity: 'INFO',
      body: { step: 1 },
      traceId: null,
      spanId: null,
    });
  });

  test('of a metric the newest export is kept, whatever its type', async () => {
    const exporter = new OTLPMetricExporter({ url: collector.grpcUrl });
    const exponential = { type: AggregationType.EXPONENTIAL_HISTOGRAM } as const;
    const provider = new MeterProvider({
      resource,
      readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })],
      views: [{ instrumentName: 'sizes', aggregation: exponential }],
    });
    const meter = provider.getMeter('kaos.researcher');
    const calls = meter.createCounter('kaos.tool.calls', { unit: '1' });
    const advice = { explicitBucketBoundaries: [10, 100] };
    meter.createHistogram('kaos.tool.duration', { unit: 'ms', advice }).record(42);
    meter.createHistogram('sizes').record(8);
    meter.createObservableGauge('memory').addCallback((result) => result.observe(0.5));
    calls.add(1, { tool: 'echo' });
    await provider.forceFlush();
    calls.add(2, { tool: 'echo' });
    await provider.shutdown();

    const metrics = Object.fromEntries(collector.store.metrics.map((metric) => [metric.name, metric]));
    expect(Object.keys(metrics).sort()).toEqual(['kaos.tool.calls', 'kaos.tool.duration', 'memory', 'sizes']);
    expect(metrics['kaos.tool.calls']).toMatchObject({
      service: 'researcher',
      unit: '1',
      type: 'sum',
      points: [{ attributes: { tool: 'echo' }, value: 3, timeUnixNano: expect.stringMatching(/^\d{19}$/) }],
    });
    expect(metrics['kaos.tool.duration']).toMatchObject({
      unit: 'ms',
      type: 'histogram',
      points: [{ count: 1, sum: 42, min: 42, max: 42, bucketCounts: [0, 1, 0], explicitBounds: [10, 100] }],
    });
    expect(metrics.memory).toMatchObject({ type: 'gauge', points: [{ value: 0.5 }] });
    expect(metrics.sizes).toMatchObject({
      type: 'exponential_histogram',
      points: [{ count: 1, sum: 8, zeroCount: 0, positive: { bucketCounts: [1] } }],
    });
  });

  test('fails when the bytes are not protobuf', async () => {
    const client = new Client(new URL(collector.grpcUrl).host, credentials.createInsecure());
    const path = '/opentelemetry.proto.collector.logs.v1.LogsService/Export';
    const bytes = (value: Buffer) => value;
    const error = await new Promise<ServiceError | null>((resolve) =>
      client.makeUnaryRequest(path, bytes, bytes, Buffer.from([0xff, 0xff]), new Metadata(), resolve),
    );
    client.close();
    expect(error?.code).toBe(status.INVALID_ARGUMENT);
    expect(error?.details).toBe('the body is not an OTLP logs request in protobuf');
  });
});
