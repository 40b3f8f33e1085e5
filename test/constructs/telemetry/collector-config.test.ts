import { Duration } from 'cdk8s';
import { parse } from 'yaml';
import { OtlpExporter } from '../../../constructs';
import { type Cleaning } from '../../../constructs/telemetry/collector-cleaning';
import { collectorConfig, dealerConfig, samplerConfig } from '../../../constructs/telemetry/collector-config';
import { type Delivery } from '../../../constructs/telemetry/collector-delivery';

const CLEANING: Cleaning = {
  keepsContent: false,
  redactedPatterns: [],
  resourceAttributes: {},
  podReach: undefined,
};
const signoz = OtlpExporter.signoz();
const backend = OtlpExporter.otlp({ endpoint: 'otlp.example:443' });

function delivery(exporters: readonly OtlpExporter[], more: Partial<Delivery> = {}): Delivery {
  const defaults = {
    spanMetrics: true,
    seesWholeTraces: true,
    tailSampling: undefined,
    volumeBytes: undefined,
  };
  return { exporters, ...defaults, ...more };
}

function configOf(more: Partial<Delivery> & Partial<Cleaning> = {}, exporters = [signoz, backend]) {
  return parse(collectorConfig({ ...CLEANING, ...more }, delivery(exporters, more)));
}

test('OTLP comes in by gRPC and HTTP, on the address of the pod', () => {
  expect(configOf().receivers.otlp.protocols).toEqual({
    grpc: {
      endpoint: '${env:MY_POD_IP}:4317',
      max_recv_msg_size_mib: 16,
      keepalive: { server_parameters: { max_connection_age: '60s', max_connection_age_grace: '30s' } },
    },
    http: { endpoint: '${env:MY_POD_IP}:4318' },
  });
});

test('each signal goes to every exporter, once memory allows and it is clean', () => {
  const cleaning = ['memory_limiter', 'transform/content', 'transform/secrets', 'redaction'];
  const { traces, metrics, logs } = configOf().service.pipelines;
  expect(metrics).toEqual({
    receivers: ['otlp'],
    processors: cleaning,
    exporters: ['otlp_grpc/signoz', 'otlp_grpc/backend'],
  });
  expect(logs).toEqual(metrics);
  expect(traces).toEqual({
    receivers: ['otlp'],
    processors: ['memory_limiter', 'filter/health', 'transform/content', 'transform/secrets', 'redaction'],
    exporters: ['span_metrics', 'servicegraph', 'otlp_grpc/signoz', 'otlp_grpc/backend'],
  });
});

test('no exporter gets a signal that it does not take', () => {
  const { pipelines } = configOf({}, [OtlpExporter.jaeger(), signoz]).service;
  expect(pipelines.traces.exporters).toContain('otlp_grpc/jaeger');
  expect(pipelines.metrics.exporters).toEqual(['otlp_grpc/signoz']);
  expect(pipelines.logs.exporters).toEqual(['otlp_grpc/signoz']);
});

test('what no exporter takes is taken from senders and thrown away', () => {
  const config = configOf({}, [OtlpExporter.jaeger()]);
  expect(config.service.pipelines).toMatchObject({
    traces: { exporters: ['otlp_grpc/jaeger'] },
    metrics: { receivers: ['otlp'], exporters: ['nop'] },
    logs: { receivers: ['otlp'], exporters: ['nop'] },
  });
  expect(config.exporters).toHaveProperty('nop');
  expect(config).not.toHaveProperty('connectors');
});

test('metrics are made of all spans, also for an exporter that takes no traces', () => {
  const metricsOnly = OtlpExporter.otlp({ endpoint: 'a:1', signals: ['metrics'] });
  const { pipelines, telemetry } = configOf({}, [metricsOnly]).service;
  expect(pipelines.traces.exporters).toEqual(['span_metrics', 'servicegraph']);
  expect(pipelines['metrics/spans']).toEqual({
    receivers: ['span_metrics', 'servicegraph'],
    processors: ['memory_limiter', 'transform/instance'],
    exporters: ['otlp_grpc/backend'],
  });
  // What the connector adds to each series, so that those of several collectors do not meet.
  expect(telemetry.resource.attributes).toEqual([
    { name: 'collector.instance.id', value: '${env:MY_POD_NAME}' },
  ]);
});

test('a collector that sees parts of traces does not guess who called whom', () => {
  expect(Object.keys(configOf({ seesWholeTraces: false }).connectors)).toEqual(['span_metrics']);
});

test('without metrics of spans there are no connectors', () => {
  expect(configOf({ spanMetrics: false })).not.toHaveProperty('connectors');
});

test('durations of spans are told apart on both sides of 30 s', () => {
  const { buckets } = configOf().connectors.span_metrics.histogram.explicit;
  expect(buckets).toEqual(expect.arrayContaining(['30s', '60s']));
});

test('traces are sampled after they were counted', () => {
  const config = configOf({
    tailSampling: {
      percentage: 25,
      slowerThan: Duration.seconds(5),
      decisionWait: Duration.minutes(2),
      tracesInMemory: 100,
    },
  });
  expect(config.service.pipelines.traces.exporters).toEqual([
    'span_metrics',
    'servicegraph',
    'forward/sampled',
  ]);
  expect(config.service.pipelines['traces/sampled']).toEqual({
    receivers: ['forward/sampled'],
    processors: ['tail_sampling'],
    exporters: ['otlp_grpc/signoz', 'otlp_grpc/backend'],
  });
  expect(config.processors.tail_sampling).toEqual({
    decision_wait: '120s',
    num_traces: 100,
    decision_cache: { sampled_cache_size: 1000, non_sampled_cache_size: 1000 },
    policies: [
      { name: 'errors', type: 'status_code', status_code: { status_codes: ['ERROR'] } },
      { name: 'slow', type: 'latency', latency: { threshold_ms: 5000 } },
      { name: 'rest', type: 'probabilistic', probabilistic: { sampling_percentage: 25 } },
    ],
  });
});

test('pods are looked up before anything else is done, in the namespace of the collector', () => {
  const config = configOf({ podReach: 'namespace' });
  for (const signal of ['traces', 'metrics', 'logs']) {
    expect(config.service.pipelines[signal].processors.slice(0, 2)).toEqual([
      'memory_limiter',
      'k8s_attributes',
    ]);
  }
  expect(config.processors.k8s_attributes.filter).toEqual({ namespace: '${env:MY_POD_NAMESPACE}' });
  expect(configOf({ podReach: 'cluster' }).processors.k8s_attributes).not.toHaveProperty('filter');
});

test('resources get attributes that they do not have, and a dollar stays one', () => {
  const config = configOf({ resourceAttributes: { team: 'a$b', 'deployment.environment.name': 'test' } });
  expect(config.processors.resource.attributes).toEqual([
    { key: 'deployment.environment.name', value: 'test', action: 'insert' },
    { key: 'team', value: 'a$$b', action: 'insert' },
  ]);
  expect(config.service.pipelines.logs.processors).toContain('resource');
});

test('each queue has its part of half the volume', () => {
  const config = configOf({ volumeBytes: 8000 }, [OtlpExporter.jaeger(), signoz]);
  expect(config.exporters['otlp_grpc/jaeger']).toMatchObject({
    sending_queue: { storage: 'file_storage', sizer: 'bytes', queue_size: 1000 },
    retry_on_failure: { max_elapsed_time: '0s' },
  });
  expect(config.extensions.file_storage.directory).toBe('/var/lib/otelcol');
  expect(config.service.extensions).toEqual(['health_check', 'file_storage']);
});

test('collectors in front deal traces out by their ids, and what is clean', () => {
  const config = parse(dealerConfig(CLEANING, 'samplers.tests'));
  expect(config.service.pipelines.traces).toEqual({
    receivers: ['otlp'],
    processors: ['memory_limiter', 'filter/health', 'transform/content', 'transform/secrets', 'redaction'],
    exporters: ['load_balancing/traces'],
  });
  expect(config.service.pipelines.logs.exporters).toEqual(['load_balancing/traces']);
  expect(config.service.pipelines.metrics.exporters).toEqual(['load_balancing/resources']);
  expect(config.exporters['load_balancing/traces']).toMatchObject({
    routing_key: 'traceID',
    resolver: { dns: { hostname: 'samplers.tests', port: '4317' } },
  });
  expect(config.exporters['load_balancing/resources'].routing_key).toBe('resource');
});

test('collectors behind sample and pass on', () => {
  const config = parse(samplerConfig(delivery([signoz], { tailSampling: {} })));
  expect(Object.keys(config.processors)).toEqual(['memory_limiter', 'tail_sampling', 'transform/instance']);
  expect(config.service.pipelines.traces.exporters).toEqual([
    'span_metrics',
    'servicegraph',
    'forward/sampled',
  ]);
});

test('health and own metrics can be asked for from other pods', () => {
  const { extensions, service } = configOf();
  expect(extensions.health_check.endpoint).toBe('${env:MY_POD_IP}:13133');
  expect(service.extensions).toEqual(['health_check']);
  expect(service.telemetry.metrics.readers).toMatchObject([
    { pull: { exporter: { prometheus: { host: '${env:MY_POD_IP}', port: 8888 } } } },
  ]);
});

test.each([
  ['all of it', configOf({ tailSampling: {}, podReach: 'cluster', volumeBytes: 1e6 })],
  ['traces alone', configOf({ tailSampling: {} }, [OtlpExporter.jaeger()])],
  ['logs alone', configOf({}, [OtlpExporter.otlp({ endpoint: 'a:1', signals: ['logs'] })])],
  ['a dealer', parse(dealerConfig(CLEANING, 'samplers'))],
  ['a sampler', parse(samplerConfig(delivery([signoz], { tailSampling: {} })))],
])('what pipelines name is configured, and nothing else: %s', (_, config) => {
  const pipelines: { receivers: string[]; processors?: string[]; exporters: string[] }[] = Object.values(
    config.service.pipelines,
  );
  const connectors = Object.keys(config.connectors ?? {});
  const named = (key: 'receivers' | 'processors' | 'exporters') =>
    [...new Set(pipelines.flatMap((pipeline) => pipeline[key] ?? []))].sort();
  expect(named('receivers').filter((name) => !connectors.includes(name))).toEqual(['otlp']);
  expect(named('processors')).toEqual(Object.keys(config.processors).sort());
  expect(named('exporters').filter((name) => !connectors.includes(name))).toEqual(
    Object.keys(config.exporters).sort(),
  );
  expect(config.service.extensions).toEqual(Object.keys(config.extensions));
});
