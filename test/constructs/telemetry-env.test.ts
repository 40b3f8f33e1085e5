import { gatewayTelemetryEnv, processTelemetryEnv } from '../../constructs/telemetry-env';

const target = { endpoint: 'http://collector:4317', service: 'lead', namespace: 'team' };

test('a process reports by gRPC, as its resource', () => {
  expect(processTelemetryEnv(target)).toEqual({
    OTEL_SDK_DISABLED: 'false',
    OTEL_SERVICE_NAME: 'lead',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4317',
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    OTEL_RESOURCE_ATTRIBUTES: 'service.namespace=team,kaos.resource.name=lead',
    OTEL_PYTHON_FASTAPI_EXCLUDED_URLS: '/health,/ready',
    OTEL_BSP_SCHEDULE_DELAY: '1000',
    OTEL_BLRP_SCHEDULE_DELAY: '1000',
  });
});

test('LiteLLM has one variable for the exporter and one for the endpoint', () => {
  expect(gatewayTelemetryEnv(target)).toEqual({
    OTEL_EXPORTER: 'otlp_grpc',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4317',
    OTEL_SERVICE_NAME: 'lead',
    OTEL_RESOURCE_ATTRIBUTES: 'service.namespace=team,kaos.resource.name=lead',
    OTEL_PYTHON_EXCLUDED_URLS: '/health',
    OTEL_BSP_SCHEDULE_DELAY: '1000',
    OTEL_BLRP_SCHEDULE_DELAY: '1000',
  });
});

test('an unknown namespace is left out', () => {
  const { OTEL_RESOURCE_ATTRIBUTES } = processTelemetryEnv({ ...target, namespace: undefined });
  expect(OTEL_RESOURCE_ATTRIBUTES).toBe('kaos.resource.name=lead');
});

test('without a target there are no variables', () => {
  expect(processTelemetryEnv(undefined)).toEqual({});
  expect(gatewayTelemetryEnv(undefined)).toEqual({});
});
