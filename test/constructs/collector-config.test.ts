import { parse } from 'yaml';
import { OtlpExporter } from '../../constructs';
import { collectorConfig } from '../../constructs/collector-config';

const exporters = [OtlpExporter.signoz(), OtlpExporter.otlp({ endpoint: 'otlp.example:443' })];
const config = parse(collectorConfig(exporters));

test('OTLP comes in by gRPC and HTTP, on the address of the pod', () => {
  expect(config.receivers.otlp.protocols).toEqual({
    grpc: { endpoint: '${env:MY_POD_IP}:4317' },
    http: { endpoint: '${env:MY_POD_IP}:4318' },
  });
});

test.each(['traces', 'metrics', 'logs'])('%s go to every exporter, once memory allows', (signal) => {
  expect(config.service.pipelines[signal]).toEqual({
    receivers: ['otlp'],
    processors: ['memory_limiter'],
    exporters: ['otlp_grpc/signoz', 'otlp_grpc/backend'],
  });
});

test('exporters batch, queue and try again', () => {
  expect(Object.keys(config.exporters)).toEqual(['otlp_grpc/signoz', 'otlp_grpc/backend']);
  expect(config.exporters['otlp_grpc/signoz']).toEqual({
    endpoint: 'signoz-otel-collector.signoz.svc:4317',
    tls: { insecure: true },
    sending_queue: { queue_size: 1000, batch: { flush_timeout: '1s', min_size: 512, max_size: 2048 } },
    retry_on_failure: { max_elapsed_time: '10m' },
  });
  expect(config.exporters['otlp_grpc/backend']).toMatchObject({
    endpoint: 'otlp.example:443',
    tls: { insecure: false },
  });
});

test('health and own metrics can be asked for from other pods', () => {
  expect(config.extensions.health_check.endpoint).toBe('${env:MY_POD_IP}:13133');
  expect(config.service.extensions).toEqual(['health_check']);
  expect(config.service.telemetry.metrics.readers).toEqual([
    { pull: { exporter: { prometheus: { host: '${env:MY_POD_IP}', port: 8888 } } } },
  ]);
});

test('each component that a pipeline names is configured', () => {
  expect(Object.keys(config.receivers)).toEqual(['otlp']);
  expect(Object.keys(config.processors)).toEqual(['memory_limiter']);
});
