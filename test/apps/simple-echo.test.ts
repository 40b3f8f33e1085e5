import { SimpleEcho } from '../../apps/simple-echo';
import { envOf, find } from '../support/synth';
import { describeApp, podsOf } from './describe-app';

const manifests = describeApp(SimpleEcho, 'simple-echo', {
  namespace: 'kaos-simple',
  workloads: [
    'otel-collector-telemetry',
    'modelapi-simple-modelapi',
    'mcpserver-simple-echo',
    'agent-simple-agent',
  ],
});

test('the agent asks the hosted model itself, under its own name', () => {
  expect(envOf(find(manifests, 'Deployment', 'agent-simple-agent'))).toMatchObject({
    MODEL_API_URL: 'http://modelapi-simple-modelapi.kaos-simple.svc.cluster.local:11434',
    MODEL_NAME: 'smollm2:135m',
    MCP_SERVERS: 'simple-echo',
    AGENTIC_LOOP_MAX_STEPS: '5',
  });
  const [, hosted] = podsOf(manifests).find(([name]) => name === 'modelapi-simple-modelapi') ?? [];
  expect(hosted.containers[0].args).toEqual(['smollm2:135m']);
});

test('there is no key anywhere', () => {
  expect(JSON.stringify(manifests)).not.toMatch(/secret(KeyRef|Name)/);
});
