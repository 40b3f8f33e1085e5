import { Research } from '../../apps/research';
import { describeApp, podsOf } from './describe-app';

const workloads = [
  'otel-collector-telemetry',
  'modelapi-llm-proxy',
  'mcpserver-echo-search',
  'mcpserver-calculator',
  'agent-researcher',
  'agent-analyst',
  'agent-coordinator',
];
const manifests = describeApp(Research, 'research', { namespace: 'kaos-hierarchy', workloads });
const pods = podsOf(manifests);

test('each workload has its configuration, and there is one way in', () => {
  expect(manifests.map(({ kind }) => kind)).toEqual([
    ...workloads.flatMap(() => ['ConfigMap', 'Deployment', 'Service', 'NetworkPolicy']),
    'Ingress',
  ]);
});

test.each(pods)('%s is asked three questions on a port it has', (_, { containers: [container] }) => {
  for (const probe of [container.startupProbe, container.livenessProbe, container.readinessProbe]) {
    expect(container.ports).toContainEqual(expect.objectContaining({ name: probe.httpGet.port }));
  }
});

test('the key of the provider is nowhere but in its Secret, of which there is a reference', () => {
  const [, gateway] = pods.find(([name]) => name === 'modelapi-llm-proxy') ?? [];
  expect(gateway.containers[0].env).toContainEqual({
    name: 'PROXY_API_KEY',
    valueFrom: { secretKeyRef: { name: 'llm-api-key', key: 'api-key' } },
  });
});
