import { Hierarchical } from '../../apps/hierarchical';
import { envOf, find } from '../support/synth';
import { describeApp } from './describe-app';

const manifests = describeApp(Hierarchical, 'hierarchical', {
  namespace: 'kaos-hierarchy',
  workloads: [
    'otel-collector-hierarchy-telemetry',
    'modelapi-hierarchy-modelapi',
    'mcpserver-hierarchy-echo',
    'mcpserver-hierarchy-calculator',
    'agent-researcher-1',
    'agent-researcher-2',
    'agent-analyst-1',
    'agent-research-lead',
    'agent-analysis-lead',
    'agent-supervisor',
  ],
});
const env = (agent: string) => envOf(find(manifests, 'Deployment', `agent-${agent}`));

test.each([
  ['supervisor', 'analysis-lead,research-lead', 10],
  ['research-lead', 'researcher-1,researcher-2', 5],
  ['analysis-lead', 'analyst-1', 5],
  ['researcher-1', undefined, 3],
  ['analyst-1', undefined, 3],
])('%s delegates to %s, in %d steps', (agent, peers, steps) => {
  expect(env(agent)).toMatchObject({ AGENTIC_LOOP_MAX_STEPS: String(steps) });
  expect(env(agent).PEER_AGENTS).toBe(peers);
});

test('each names the one model, which the proxy asks of the provider by its own name', () => {
  expect(env('supervisor').MODEL_NAME).toBe('deepseek-ai/DeepSeek-V3-0324-fast');
  const config = find(manifests, 'ConfigMap', 'litellm-config-hierarchy-modelapi').data['config.yaml'];
  expect(config).toContain('model: nebius/*');
});
