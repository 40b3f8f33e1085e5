import { envDetector } from '@opentelemetry/resources';
import fc from 'fast-check';
import {
  gatewayTelemetryEnv,
  processTelemetryEnv,
  type TelemetryTarget,
} from '../../../constructs/telemetry/telemetry-env';

const target: TelemetryTarget = {
  endpoint: 'http://collector:4317',
  protocol: 'grpc',
  service: 'lead',
  namespace: 'team',
  signals: ['traces', 'metrics', 'logs'],
  sampleRatio: undefined,
  resourceAttributes: {},
  capturesContent: false,
};

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

test('by HTTP each is told so in its own words', () => {
  const byHttp: TelemetryTarget = { ...target, protocol: 'http', endpoint: 'http://collector:4318' };
  expect(processTelemetryEnv(byHttp)).toMatchObject({
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318',
  });
  expect(gatewayTelemetryEnv(byHttp)).toMatchObject({
    OTEL_EXPORTER: 'otlp_http',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318',
  });
});

test('signals that are not taken are not sent', () => {
  const env = processTelemetryEnv({ ...target, signals: ['traces'] });
  expect(env).toMatchObject({ OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' });
  expect(env).not.toHaveProperty('OTEL_TRACES_EXPORTER');
});

test('LiteLLM, which reports traces alone, is left alone where they are not taken', () => {
  expect(gatewayTelemetryEnv({ ...target, signals: ['metrics', 'logs'] })).toEqual({});
});

test('a part of traces is recorded, decided where they begin', () => {
  const sampler = { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.1' };
  expect(processTelemetryEnv({ ...target, sampleRatio: 0.1 })).toMatchObject(sampler);
  expect(gatewayTelemetryEnv({ ...target, sampleRatio: 0.1 })).toMatchObject(sampler);
});

test('own resource attributes stand beside ours, sorted, and with separators encoded', () => {
  const resourceAttributes = { team: 'a,b=c%', 'deployment.environment.name': 'prod', tier: 'zwölf' };
  expect(processTelemetryEnv({ ...target, resourceAttributes }).OTEL_RESOURCE_ATTRIBUTES).toBe(
    'service.namespace=team,kaos.resource.name=lead,deployment.environment.name=prod,team=a%2Cb%3Dc%25,tier=zw%C3%B6lf',
  );
});

test('the SDK reads every attribute as it was given', () => {
  const attributes = fc.dictionary(fc.stringMatching(/^[a-z][a-z.]{0,20}$/), fc.string({ unit: 'grapheme' }));
  fc.assert(
    fc.property(attributes, (resourceAttributes) => {
      const { OTEL_RESOURCE_ATTRIBUTES } = processTelemetryEnv({ ...target, resourceAttributes });
      process.env.OTEL_RESOURCE_ATTRIBUTES = OTEL_RESOURCE_ATTRIBUTES;
      expect(envDetector.detect()).toEqual({
        attributes: { 'service.namespace': 'team', 'kaos.resource.name': 'lead', ...resourceAttributes },
      });
    }),
  );
});

test('own resource attributes take the place of ours', () => {
  const resourceAttributes = { 'service.namespace': 'other' };
  expect(processTelemetryEnv({ ...target, resourceAttributes }).OTEL_RESOURCE_ATTRIBUTES).toBe(
    'service.namespace=other,kaos.resource.name=lead',
  );
});

test('content is reported when asked for', () => {
  expect(processTelemetryEnv({ ...target, capturesContent: true })).toMatchObject({
    OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'true',
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
