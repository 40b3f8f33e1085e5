import { DevOllamaProxy } from '../../apps/dev-ollama-proxy';
import { envOf, find } from '../support/synth';
import { describeApp } from './describe-app';

const manifests = describeApp(DevOllamaProxy, 'dev-ollama-proxy', {
  namespace: 'kaos-dev',
  workloads: [
    'otel-collector-telemetry',
    'modelapi-dev-ollama-proxy',
    'mcpserver-dev-echo',
    'agent-dev-agent',
  ],
});

test('the agent names the provider with the model, which the proxy lets pass', () => {
  expect(envOf(find(manifests, 'Deployment', 'agent-dev-agent')).MODEL_NAME).toBe('ollama/smollm2:135m');
  expect(envOf(find(manifests, 'Deployment', 'modelapi-dev-ollama-proxy')).PROXY_API_BASE).toBe(
    'http://host.docker.internal:11434',
  );
});

test('the proxy may call the machine that it runs on', () => {
  const { egress } = find(manifests, 'NetworkPolicy', 'modelapi-dev-ollama-proxy').spec;
  expect(egress).toContainEqual({
    to: expect.arrayContaining([{ ipBlock: { cidr: '192.168.65.0/24' } }]) as unknown,
    ports: [{ port: 11434, protocol: 'TCP' }],
  });
});
