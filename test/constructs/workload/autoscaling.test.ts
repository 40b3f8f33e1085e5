import { type Construct } from 'constructs';
import {
  Agent,
  type AgentProps,
  Autoscaling,
  MCPServer,
  Memory,
  ModelAPI,
  OtlpExporter,
  TelemetryStack,
  Tools,
} from '../../../constructs';
import { find, type Manifest, problemsOf, synth } from '../../support/synth';

const tools = Tools.fromModule('test/constructs/tool-modules/greet.ts');

function server(autoscaling: Autoscaling, replicas?: number): (scope: Construct) => void {
  return (scope) => new MCPServer(scope, 'greeter', { tools, autoscaling, replicas });
}

test('by CPU it is a HorizontalPodAutoscaler, and nothing else writes the number', () => {
  const manifests = synth(server(Autoscaling.cpu({ minReplicas: 2, maxReplicas: 6 })));
  expect(find(manifests, 'HorizontalPodAutoscaler', 'mcpserver-greeter').spec).toEqual({
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'mcpserver-greeter' },
    minReplicas: 2,
    maxReplicas: 6,
    metrics: [
      {
        type: 'Resource',
        resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } },
      },
    ],
  });
  expect(find(manifests, 'Deployment', 'mcpserver-greeter').spec).not.toHaveProperty('replicas');
  find(manifests, 'PodDisruptionBudget', 'mcpserver-greeter');
});

const autoscaling = Autoscaling.requests({
  maxReplicas: 10,
  requestsPerMinute: 30,
  prometheusUrl: 'http://prometheus.monitoring:9090',
});

function lead(scope: Construct, props: Partial<AgentProps<'gpt-4o'>>): void {
  const modelAPI = ModelAPI.proxy(scope, 'models', { models: ['gpt-4o'] });
  new Agent(scope, 'lead', { modelAPI, model: 'gpt-4o', memory: Memory.none(), ...props });
}

test('by requests it is a ScaledObject over the metric that agents count them with', () => {
  const manifests: Manifest[] = synth((scope) => {
    lead(scope, { autoscaling });
    new TelemetryStack(scope, 'telemetry', { exporters: [OtlpExporter.signoz()] });
  });
  expect(find(manifests, 'ScaledObject', 'agent-lead').spec).toEqual({
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'agent-lead' },
    minReplicaCount: 1,
    maxReplicaCount: 10,
    triggers: [
      {
        type: 'prometheus',
        metadata: {
          serverAddress: 'http://prometheus.monitoring:9090',
          query: '60 * sum(rate(kaos_requests_total{job="tests/lead"}[2m]))',
          threshold: '30',
        },
      },
    ],
  });
});

test.each<[string, Partial<AgentProps<'gpt-4o'>>]>([
  ['telemetry', { telemetry: { resourceAttributes: { 'service.namespace': 'shop "1"' } } }],
  ['env', { env: { OTEL_RESOURCE_ATTRIBUTES: 'service.namespace=shop%20%221%22' } }],
])('it counts the requests of the namespace that %s names', (_, props) => {
  const manifests: Manifest[] = synth((scope) => {
    lead(scope, { autoscaling, ...props });
    TelemetryStack.fromEndpoint(scope, 'telemetry', { endpoint: 'http://collector.monitoring.svc:4317' });
  });
  expect(find(manifests, 'ScaledObject', 'agent-lead').spec.triggers[0].metadata.query).toBe(
    String.raw`60 * sum(rate(kaos_requests_total{job="shop \"1\"/lead"}[2m]))`,
  );
});

test.each<[string, (scope: Construct) => void]>([
  ['there is no stack', (scope) => lead(scope, { autoscaling })],
  [
    'the agent reports nothing',
    (scope) => {
      new TelemetryStack(scope, 'telemetry', { exporters: [OtlpExporter.signoz()] });
      lead(scope, { autoscaling, telemetry: { enabled: false } });
    },
  ],
  [
    'the stack takes no metrics',
    (scope) => {
      const endpoint = 'http://collector.monitoring.svc:4317';
      TelemetryStack.fromEndpoint(scope, 'telemetry', { endpoint, signals: ['traces'] });
      lead(scope, { autoscaling });
    },
  ],
  [
    'no exporter takes metrics',
    (scope) => {
      new TelemetryStack(scope, 'telemetry', { exporters: [OtlpExporter.jaeger()] });
      lead(scope, { autoscaling });
    },
  ],
])('fails when requests are to be followed and %s', (_, build) => {
  expect(problemsOf(build)).toEqual([
    '[research/lead] autoscaling follows requests, and its metrics are reported to nobody; ' +
      'declare a TelemetryStack with an exporter that takes metrics, or use Autoscaling.cpu',
  ]);
});

test.each<[string, Autoscaling, string]>([
  [
    'maxReplicas is below',
    Autoscaling.cpu({ minReplicas: 3, maxReplicas: 2 }),
    'maxReplicas is 2; give a whole number, 3 or more',
  ],
  [
    'minReplicas is 0',
    Autoscaling.cpu({ minReplicas: 0, maxReplicas: 2 }),
    'minReplicas is 0; give a whole number, 1 or more',
  ],
  [
    'utilization is no percentage',
    Autoscaling.cpu({ maxReplicas: 2, targetUtilization: 150 }),
    'targetUtilization is 150; give per cent from 1 to 100',
  ],
  [
    'what is scaled counts no requests',
    Autoscaling.requests({ maxReplicas: 2, requestsPerMinute: 10, prometheusUrl: 'http://prometheus' }),
    'autoscaling follows requests; only agents count them, use Autoscaling.cpu',
  ],
])('fails when %s', (_, autoscaling, problem) => {
  expect(problemsOf(server(autoscaling))).toEqual([`[research/greeter] ${problem}`]);
});

test('fails when the number of pods is fixed as well', () => {
  expect(problemsOf(server(Autoscaling.cpu({ maxReplicas: 2 }), 2))).toEqual([
    '[research/greeter] replicas is 2 beside autoscaling; give one of the two',
  ]);
});
