import { Secret } from 'cdk8s-plus-28';
import { OtlpExporter } from '../../../constructs';
import {
  exporterBlocks,
  authenticators,
  exporterEnvironment,
} from '../../../constructs/telemetry/collector-exporters';
import { chart } from '../../support/synth';

const key = { secret: Secret.fromSecretName(chart(), 'keys', 'backend-keys'), key: 'token' };

function blockOf(exporter: OtlpExporter): object | undefined {
  return Object.values(exporterBlocks([exporter], undefined))[0];
}

test('an exporter batches, queues and tries again', () => {
  expect(exporterBlocks([OtlpExporter.otlp({ endpoint: 'otlp.example:443' })], undefined)).toEqual({
    'otlp_grpc/backend': {
      endpoint: 'otlp.example:443',
      tls: { insecure: false },
      sending_queue: {
        queue_size: 1000,
        batch: { flush_timeout: '1s', sizer: 'items', min_size: 512, max_size: 2048 },
      },
      retry_on_failure: { max_elapsed_time: '10m' },
    },
  });
});

test('by HTTP the scheme says whether to use TLS', () => {
  const exporter = OtlpExporter.otlp({ protocol: 'http', endpoint: 'http://prometheus:9090/api/v1/otlp' });
  expect(Object.keys(exporterBlocks([exporter], undefined))).toEqual(['otlp_http/backend']);
  expect(blockOf(exporter)).toMatchObject({ endpoint: 'http://prometheus:9090/api/v1/otlp' });
  expect(blockOf(exporter)).not.toHaveProperty('tls');
});

test('secret headers come from variables, others stand as they are', () => {
  const exporter = OtlpExporter.otlp({
    name: 'my-backend',
    endpoint: 'otlp.example:443',
    headers: { 'x-tenant': 'a$b', 'x-api-key': key },
  });
  expect(blockOf(exporter)).toMatchObject({
    headers: { 'x-api-key': '${env:EXPORTER_MY_BACKEND_HEADER_X_API_KEY}', 'x-tenant': 'a$$b' },
  });
  expect(exporterEnvironment([exporter])).toEqual({ EXPORTER_MY_BACKEND_HEADER_X_API_KEY: key });
});

test('Grafana Cloud is sent a user and a password', () => {
  const exporter = OtlpExporter.grafanaCloud({ zone: 'prod-eu-west-0', instanceId: '1234', token: key });
  expect(blockOf(exporter)).toMatchObject({
    endpoint: 'https://otlp-gateway-prod-eu-west-0.grafana.net/otlp',
    auth: { authenticator: 'basicauth/grafana-cloud' },
  });
  expect(authenticators([exporter])).toEqual({
    'basicauth/grafana-cloud': {
      client_auth: { username: '1234', password: '${env:EXPORTER_GRAFANA_CLOUD_PASSWORD}' },
    },
  });
  expect(exporterEnvironment([exporter])).toEqual({ EXPORTER_GRAFANA_CLOUD_PASSWORD: key });
});

test.each([
  ['SigNoz', OtlpExporter.signoz(), 'signoz-otel-collector.signoz.svc:4317', true],
  ['SigNoz elsewhere', OtlpExporter.signoz({ endpoint: 'a.b.svc:4317' }), 'a.b.svc:4317', true],
  ['Jaeger', OtlpExporter.jaeger(), 'jaeger.jaeger.svc:4317', true],
  ['Uptrace', OtlpExporter.uptrace({ dsn: key }), 'uptrace.uptrace.svc:4317', true],
  ["Grafana's LGTM", OtlpExporter.lgtm(), 'lgtm.default.svc:4317', true],
  [
    'SigNoz Cloud',
    OtlpExporter.signoz({ region: 'eu', ingestionKey: key }),
    'ingest.eu.signoz.cloud:443',
    false,
  ],
])('%s is reached by gRPC', (_, exporter, endpoint, insecure) => {
  expect(blockOf(exporter)).toMatchObject({ endpoint, tls: { insecure } });
});

test('SigNoz Cloud and Uptrace are shown a key', () => {
  const exporters = [
    OtlpExporter.signoz({ region: 'us', ingestionKey: key }),
    OtlpExporter.uptrace({ dsn: key }),
  ];
  expect(exporterEnvironment(exporters)).toEqual({
    EXPORTER_SIGNOZ_HEADER_SIGNOZ_INGESTION_KEY: key,
    EXPORTER_UPTRACE_HEADER_UPTRACE_DSN: key,
  });
});

test('Jaeger takes traces alone', () => {
  expect(OtlpExporter.jaeger().signals).toEqual(['traces']);
});

test('what does not go together does not compile', () => {
  // @ts-expect-error -- by HTTP the URL says it
  OtlpExporter.otlp({ protocol: 'http', endpoint: 'https://a:1', insecure: true });
  // @ts-expect-error -- a key is given by reference
  OtlpExporter.signoz({ region: 'eu', ingestionKey: 'text' });
  // @ts-expect-error -- there is no such signal
  OtlpExporter.otlp({ endpoint: 'a:1', signals: ['profiles'] });
});
