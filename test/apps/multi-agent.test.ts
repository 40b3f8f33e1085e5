import { MultiAgent } from '../../apps/multi-agent';
import { envOf, find } from '../support/synth';
import { describeApp } from './describe-app';

const manifests = describeApp(MultiAgent, 'multi-agent', {
  namespace: 'kaos-multi',
  workloads: [
    'otel-collector-telemetry',
    'modelapi-multi-modelapi',
    'mcpserver-multi-echo',
    'agent-worker-1',
    'agent-worker-2',
    'agent-coordinator',
  ],
});

test.each([
  ['coordinator', 'worker-1,worker-2', '10'],
  ['worker-1', undefined, '5'],
  ['worker-2', undefined, '5'],
])('%s delegates to %s, in %s steps, and shares tools and model', (agent, peers, steps) => {
  const env = envOf(find(manifests, 'Deployment', `agent-${agent}`));
  expect(env.PEER_AGENTS).toBe(peers);
  expect(env).toMatchObject({
    AGENTIC_LOOP_MAX_STEPS: steps,
    MCP_SERVERS: 'multi-echo',
    MODEL_NAME: 'smollm2:135m',
    MODEL_API_URL: 'http://modelapi-multi-modelapi.kaos-multi.svc.cluster.local:11434',
  });
});
