import { type Construct } from 'constructs';
import { Agent, Egress, TelemetryStack } from '../../../constructs';
import { envOf, find, problemsOf, synth } from '../../support/synth';
import { exporters, gateway } from './stack-manifests';

function agent(scope: Construct, id: string): void {
  new Agent(scope, id, { modelAPI: gateway(scope, 'models'), model: 'gpt-4o' });
}

describe('a collector that is there already', () => {
  const props = { endpoint: 'http://collector.monitoring.svc:4317' };

  test('is reported to, and nothing is rendered', () => {
    const manifests = synth((scope) => {
      TelemetryStack.fromEndpoint(scope, 'telemetry', props);
      gateway(scope, 'models');
    });
    expect(manifests.filter(({ metadata }) => metadata.name.includes('telemetry'))).toEqual([]);
    expect(envOf(find(manifests, 'Deployment', 'modelapi-models'))).toMatchObject({
      OTEL_EXPORTER: 'otlp_grpc',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector.monitoring.svc:4317',
    });
    expect(find(manifests, 'NetworkPolicy', 'modelapi-models').spec.egress).toContainEqual({
      to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }],
    });
  });

  test('gets what it takes, as it takes it, where it is', () => {
    const manifests = synth((scope) => {
      TelemetryStack.fromEndpoint(scope, 'telemetry', {
        endpoint: 'http://traces.example:4318/',
        protocol: 'http',
        signals: ['traces'],
        sampleRatio: 0.5,
        egress: Egress.toCidr('10.1.2.3/32', 4318),
      });
      agent(scope, 'lead');
    });
    expect(envOf(find(manifests, 'Deployment', 'agent-lead'))).toMatchObject({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://traces.example:4318',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
      OTEL_TRACES_SAMPLER_ARG: '0.5',
    });
    expect(find(manifests, 'NetworkPolicy', 'agent-lead').spec.egress).toContainEqual({
      to: [{ ipBlock: { cidr: '10.1.2.3/32' } }],
      ports: [{ port: 4318, protocol: 'TCP' }],
    });
  });

  test.each([
    [
      'its address has no port',
      { endpoint: 'http://collector' },
      'endpoint is "http://collector"; give a URL',
    ],
    ['its address has no scheme', { endpoint: 'collector:4317' }, 'endpoint is "collector:4317"; give a URL'],
  ])('fails when %s', (_, wrong, problem) => {
    const build = (scope: Construct) => TelemetryStack.fromEndpoint(scope, 'telemetry', wrong);
    expect(problemsOf(build)).toEqual([
      `[research/telemetry] ${problem} with its port, such as http://collector.monitoring.svc:4317`,
    ]);
  });

  test('fails when it takes nothing', () => {
    const build = (scope: Construct) =>
      TelemetryStack.fromEndpoint(scope, 'telemetry', { ...props, signals: [] });
    expect(problemsOf(build)).toEqual([
      '[research/telemetry] it takes no signals; give some of traces, metrics, logs',
    ]);
  });

  test('fails when the scope has another', () => {
    const build = (scope: Construct) => {
      TelemetryStack.fromEndpoint(scope, 'one', props);
      new TelemetryStack(scope, 'two', { exporters });
    };
    expect(problemsOf(build)).toEqual([
      '[research/two] research/one serves this scope already; give it all exporters, and keep one of the two',
    ]);
  });
});
