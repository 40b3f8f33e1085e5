import { parse } from 'yaml';
import { type CollectorPlace, localizeCollectorConfig } from '../../../../cli/local/real/otelcol';

const place: CollectorPlace = {
  host: '127.0.0.1',
  portOf: (containerPort) => containerPort + 20_000,
  backend: { grpcUrl: 'http://127.0.0.1:1111', httpUrl: 'http://127.0.0.1:2222' },
  addressesOf: (hostname, port) =>
    hostname === 'samplers.test.svc' ? [`127.0.0.1:${port + 1}`, `127.0.0.1:${port + 2}`] : [],
  pathOf: (path) => `/here${path}`,
};

const localized = (yaml: string) => parse(localizeCollectorConfig(yaml, place)) as unknown;

test('listens where it is told', () => {
  const config = localized(`
receivers: {otlp: {protocols: {grpc: {endpoint: "\${env:MY_POD_IP}:4317", max_recv_msg_size_mib: 16}, http: {endpoint: "\${env:MY_POD_IP}:4318"}}}}
extensions: {health_check: {endpoint: "\${env:MY_POD_IP}:13133"}}
service: {telemetry: {metrics: {readers: [{pull: {exporter: {prometheus: {host: "\${env:MY_POD_IP}", port: 8888, without_units: false}}}}]}}}
`);
  const prometheus = { host: '127.0.0.1', port: 28_888, without_units: false };
  expect(config).toEqual({
    receivers: {
      otlp: {
        protocols: {
          grpc: { endpoint: '127.0.0.1:24317', max_recv_msg_size_mib: 16 },
          http: { endpoint: '127.0.0.1:24318' },
        },
      },
    },
    extensions: { health_check: { endpoint: '127.0.0.1:33133' } },
    service: { telemetry: { metrics: { readers: [{ pull: { exporter: { prometheus } } }] } } },
  });
});

test('sends to the receiver here, without saying who it is, and nothing else changes', () => {
  const config = localized(`
exporters:
  otlp_grpc/a: {endpoint: far.example.com:443, tls: {insecure: false}, headers: {key: "\${env:KEY}"}, sending_queue: {queue_size: 5}}
  otlp_http/b: {endpoint: https://far.example.com, auth: {authenticator: basicauth/b}}
  nop: {}
`);
  expect(config).toEqual({
    exporters: {
      'otlp_grpc/a': {
        endpoint: '127.0.0.1:1111',
        tls: { insecure: true },
        sending_queue: { queue_size: 5 },
      },
      'otlp_http/b': { endpoint: 'http://127.0.0.1:2222' },
      nop: {},
    },
  });
});

test('deals out to the samplers that are here', () => {
  const config = localized(`
exporters:
  load_balancing/traces:
    routing_key: traceID
    resolver: {dns: {hostname: samplers.test.svc, port: "4317"}}
`);
  const resolver = { static: { hostnames: ['127.0.0.1:4318', '127.0.0.1:4319'] } };
  expect(config).toEqual({ exporters: { 'load_balancing/traces': { routing_key: 'traceID', resolver } } });
});

test('does without what asks a cluster, and does not let people wait', () => {
  const config = localized(`
processors: {memory_limiter: {check_interval: 1s}, k8s_attributes: {auth_type: serviceAccount}, tail_sampling: {decision_wait: 90s, num_traces: 5}}
service: {pipelines: {traces: {receivers: [otlp], processors: [memory_limiter, k8s_attributes, tail_sampling]}, logs: {receivers: [otlp]}}}
`);
  expect(config).toEqual({
    processors: {
      memory_limiter: { check_interval: '1s' },
      tail_sampling: { decision_wait: '2s', num_traces: 5 },
    },
    service: {
      pipelines: {
        traces: { receivers: ['otlp'], processors: ['memory_limiter', 'tail_sampling'] },
        logs: { receivers: ['otlp'] },
      },
    },
  });
});

test('keeps its queues where the volume is here', () => {
  const storage = '{file_storage: {directory: /var/q, compaction: {directory: /var/q, on_rebound: true}}}';
  expect(localized(`extensions: ${storage}`)).toEqual({
    extensions: {
      file_storage: { directory: '/here/var/q', compaction: { directory: '/here/var/q', on_rebound: true } },
    },
  });
});

test('refuses what is no configuration', () => {
  for (const text of ['', '- a', 'a: [']) {
    expect(() => localizeCollectorConfig(text, place)).toThrow(
      'the configuration of the collector is no YAML mapping; synthesize again',
    );
  }
});
