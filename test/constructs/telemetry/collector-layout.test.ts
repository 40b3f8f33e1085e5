import { Size } from 'cdk8s';
import { type Construct } from 'constructs';
import { Autoscaling, OtlpExporter, TelemetryStack } from '../../../constructs';
import { envOf, find, type Manifest, synth } from '../../support/synth';
import { configOf, endpoint, exporters, gateway, keyOf, policyOf } from './stack-manifests';

function withKey(scope: Construct): OtlpExporter[] {
  return [OtlpExporter.otlp({ endpoint: 'otlp.corp.example:443', headers: { 'x-key': keyOf(scope) } })];
}

test('with replicas and without sampling it is the same collector several times', () => {
  const manifests = synth((scope) => new TelemetryStack(scope, 'telemetry', { exporters, replicas: 2 }));
  const deployment = find(manifests, 'Deployment', 'otel-collector-telemetry');
  expect(deployment.spec.replicas).toBe(2);
  const { connectors, service } = configOf(manifests, 'telemetry');
  expect(Object.keys(connectors)).toEqual(['span_metrics']);
  // Series of two collectors differ in the name of the pod.
  expect(service.telemetry.resource.attributes).toEqual([
    { name: 'collector.instance.id', value: '${env:MY_POD_NAME}' },
  ]);
  expect(deployment.spec.template.spec.containers[0].env).toContainEqual({
    name: 'MY_POD_NAME',
    valueFrom: { fieldRef: { fieldPath: 'metadata.name' } },
  });
});

test('with replicas and sampling, collectors in front deal traces out to those that sample', () => {
  const manifests = synth((scope) => {
    new TelemetryStack(scope, 'telemetry', { exporters: withKey(scope), replicas: 3, tailSampling: {} });
    gateway(scope, 'models');
  });
  const dealers = find(manifests, 'Deployment', 'otel-collector-telemetry');
  const samplers = find(manifests, 'StatefulSet', 'otel-collector-telemetry-sampler');
  expect([dealers.spec.replicas, samplers.spec.replicas]).toEqual([3, 3]);
  expect(find(manifests, 'Service', 'otel-collector-telemetry-sampler').spec.clusterIP).toBe('None');

  const dealing = configOf(manifests, 'telemetry');
  const { hostname } = dealing.exporters['load_balancing/traces'].resolver.dns;
  expect(hostname).toBe('otel-collector-telemetry-sampler.tests.svc.cluster.local');
  expect(Object.keys(configOf(manifests, 'telemetry-sampler').exporters)).toEqual(['otlp_grpc/backend']);

  // The key is with those that use it.
  const namesOf = (workload: Manifest): string[] =>
    workload.spec.template.spec.containers[0].env.map(({ name }: { name: string }) => name);
  expect(namesOf(samplers)).toContain('EXPORTER_BACKEND_HEADER_X_KEY');
  expect(namesOf(dealers)).not.toContain('EXPORTER_BACKEND_HEADER_X_KEY');

  expect(envOf(find(manifests, 'Deployment', 'modelapi-models')).OTEL_EXPORTER_OTLP_ENDPOINT).toBe(
    endpoint('telemetry'),
  );
  expect(policyOf(manifests, 'telemetry-sampler').ingress).toEqual([
    {
      from: [{ podSelector: { matchLabels: { app: 'otel-collector', 'otel-collector': 'telemetry' } } }],
      ports: [{ port: 4317, protocol: 'TCP' }],
    },
  ]);
});

test('the number of samplers does not follow that of the collectors in front', () => {
  const manifests = synth((scope) => {
    const autoscaling = Autoscaling.cpu({ minReplicas: 1, maxReplicas: 5 });
    new TelemetryStack(scope, 'telemetry', { exporters, autoscaling, tailSampling: { samplers: 4 } });
  });
  const samplers = find(manifests, 'StatefulSet', 'otel-collector-telemetry-sampler');
  expect(samplers.spec.replicas).toBe(4);
  expect(manifests.filter(({ kind }) => kind === 'HorizontalPodAutoscaler')).toHaveLength(1);
});

test('a persistent queue is a volume of each pod', () => {
  const manifests = synth((scope) => {
    const persistentQueue = { size: Size.gibibytes(1), storageClassName: 'fast' };
    new TelemetryStack(scope, 'telemetry', { exporters, persistentQueue });
  });
  const { spec } = find(manifests, 'StatefulSet', 'otel-collector-telemetry');
  expect(spec.volumeClaimTemplates).toEqual([
    {
      metadata: { name: 'queue' },
      spec: {
        accessModes: ['ReadWriteOnce'],
        storageClassName: 'fast',
        resources: { requests: { storage: '1Gi' } },
      },
    },
  ]);
  expect(spec.template.spec.containers[0].volumeMounts).toContainEqual({
    name: 'queue',
    mountPath: '/var/lib/otelcol',
  });
  expect(spec.template.spec.securityContext.fsGroup).toBe(10001);
  const { exporters: blocks } = configOf(manifests, 'telemetry');
  const queueBytes = blocks['otlp_grpc/signoz'].sending_queue.queue_size;
  expect(3 * queueBytes).toBeLessThanOrEqual(2 ** 29);
});

test('with two tiers those that sample hold the queue', () => {
  const manifests = synth((scope) => {
    const persistentQueue = { size: Size.gibibytes(1) };
    new TelemetryStack(scope, 'telemetry', { exporters, persistentQueue, replicas: 2, tailSampling: {} });
  });
  find(manifests, 'Deployment', 'otel-collector-telemetry');
  const { spec } = find(manifests, 'StatefulSet', 'otel-collector-telemetry-sampler');
  expect(spec.volumeClaimTemplates).toHaveLength(1);
  expect(configOf(manifests, 'telemetry').extensions).not.toHaveProperty('file_storage');
});
