import { parse } from 'yaml';
import { ModelAPI, OtlpExporter, TelemetryStack } from '../../../constructs';
import { envOf, find, synth } from '../../support/synth';
import { configOf, proxy, variablesOf } from './proxy-manifests';

test('without telemetry there is none of its variables', () => {
  expect(envOf(find(proxy({ logLevel: 'TRACE' }), 'Deployment', 'modelapi-llm'))).toEqual({
    LITELLM_LOG: 'DEBUG',
    LITELLM_MODE: 'PRODUCTION',
    LITELLM_NON_ROOT: 'true',
    HOME: '/tmp',
    XDG_CACHE_HOME: '/tmp/.cache',
  });
});

test('a proxy reports to a stack that is declared after it', () => {
  const manifests = synth((scope) => {
    ModelAPI.proxy(scope, 'llm', { models: ['gpt-4o'] });
    new TelemetryStack(scope, 'telemetry', { exporters: [OtlpExporter.signoz()] });
  });
  expect(envOf(find(manifests, 'Deployment', 'modelapi-llm'))).toMatchObject({ OTEL_EXPORTER: 'otlp_grpc' });
  const { data } = find(manifests, 'ConfigMap', 'litellm-config-llm');
  expect(parse(data['config.yaml']).litellm_settings.callbacks).toEqual(['wrong_key.answer', 'otel']);
});

test('contents stay out of telemetry unless they are asked for', () => {
  const build = (captureMessageContent?: boolean) =>
    synth((scope) => {
      ModelAPI.proxy(scope, 'llm', { models: ['gpt-4o'], captureMessageContent });
      new TelemetryStack(scope, 'telemetry', { exporters: [OtlpExporter.signoz()], messageContent: 'keep' });
    });
  const variable = { name: 'OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT', value: 'SPAN_ONLY' };
  expect(variablesOf(build())).not.toContainEqual(variable);
  expect(configOf(build()).litellm_settings.turn_off_message_logging).toBe(true);
  expect(variablesOf(build(true))).toContainEqual(variable);
  expect(configOf(build(true)).litellm_settings).not.toHaveProperty('turn_off_message_logging');
  expect(variablesOf(proxy({ captureMessageContent: true }))).not.toContainEqual(variable);
});

test('what its telemetry says of contents counts most', () => {
  const manifests = synth((scope) => {
    const telemetry = { captureMessageContent: true };
    ModelAPI.proxy(scope, 'llm', { models: ['gpt-4o'], captureMessageContent: false, telemetry });
    new TelemetryStack(scope, 'telemetry', { exporters: [OtlpExporter.signoz()], messageContent: 'keep' });
  });
  expect(configOf(manifests).litellm_settings).not.toHaveProperty('turn_off_message_logging');
});

test('a proxy asks nothing of a collector that takes no traces', () => {
  const manifests = synth((scope) => {
    const endpoint = 'http://metrics.monitoring.svc:4317';
    TelemetryStack.fromEndpoint(scope, 'telemetry', { endpoint, signals: ['metrics'] });
    ModelAPI.proxy(scope, 'llm', { models: ['gpt-4o'] });
  });
  expect(configOf(manifests).litellm_settings.callbacks).toEqual(['wrong_key.answer']);
});
