import { type Construct } from 'constructs';
import { Agent, Autoscaling, MCPServer, Memory, ModelAPI, Tools } from '../../../constructs';
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

test('by requests it is a ScaledObject over the metric that agents count them with', () => {
  const autoscaling = Autoscaling.requests({
    maxReplicas: 10,
    requestsPerMinute: 30,
    prometheusUrl: 'http://prometheus.monitoring:9090',
  });
  const manifests: Manifest[] = synth((scope) => {
    const modelAPI = ModelAPI.proxy(scope, 'models', { models: ['gpt-4o'] });
    new Agent(scope, 'lead', { modelAPI, model: 'gpt-4o', autoscaling, memory: Memory.none() });
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
