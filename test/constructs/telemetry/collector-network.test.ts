import { Callers, OtlpExporter, TelemetryStack } from '../../../constructs';
import { synth } from '../../support/synth';
import { exporters, policyOf } from './stack-manifests';

test('its own metrics are read by those that are let, and others may report', () => {
  const manifests = synth((scope) => {
    new TelemetryStack(scope, 'telemetry', {
      exporters,
      metricsFrom: Callers.inNamespace('monitoring'),
      reportsFrom: Callers.inNamespace('shop'),
    });
  });
  const from = (namespace: string) => [
    { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } },
  ];
  expect(policyOf(manifests, 'telemetry').ingress).toEqual([
    {
      from: from('shop'),
      ports: [
        { port: 4317, protocol: 'TCP' },
        { port: 4318, protocol: 'TCP' },
      ],
    },
    { from: from('monitoring'), ports: [{ port: 8888, protocol: 'TCP' }] },
  ]);
});

test('of both tiers own metrics can be read', () => {
  const manifests = synth((scope) => {
    const metricsFrom = Callers.inNamespace('monitoring');
    new TelemetryStack(scope, 'telemetry', { exporters, metricsFrom, replicas: 2, tailSampling: {} });
  });
  for (const name of ['telemetry', 'telemetry-sampler']) {
    expect(policyOf(manifests, name).ingress).toContainEqual(
      expect.objectContaining({ ports: [{ port: 8888, protocol: 'TCP' }] }),
    );
  }
});

test('it may reach its exporters', () => {
  const manifests = synth((scope) => {
    const grafana = OtlpExporter.otlp({ protocol: 'http', endpoint: 'http://10.0.0.7:9090/otlp' });
    new TelemetryStack(scope, 'telemetry', { exporters: [OtlpExporter.jaeger(), grafana] });
  });
  const { egress } = policyOf(manifests, 'telemetry');
  expect(egress).toContainEqual({
    to: [{ ipBlock: { cidr: '10.0.0.7/32' } }],
    ports: [{ port: 9090, protocol: 'TCP' }],
  });
  expect(egress).toContainEqual({
    to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'jaeger' } } }],
  });
});
