import { App, Chart } from 'cdk8s';
import { type IConstruct } from 'constructs';
import { envDetector } from '@opentelemetry/resources';
import { Agent, type AgentProps, ModelAPI, OtlpExporter, TelemetryStack } from '../../../constructs';
import { deployIdentity } from '../../../constructs/telemetry/deploy-identity';
import { problemsOf } from '../../support/synth';

const NODE = { node: { path: 'research/team/lead' } } as IConstruct;

test.each([
  ['ghcr.io/team/agent:1.4.2', '1.4.2'],
  ['localhost:5000/agent:main@sha256:0123456789abcdef0123', 'main'],
  ['ghcr.io/team/agent@sha256:0123456789abcdef0123', 'sha256:0123456789ab'],
  ['localhost:5000/agent', undefined],
])('the version of %s is %s', (image, version) => {
  expect(deployIdentity(NODE, { image })['service.version']).toBe(version);
});

test('the same settings make the same hash, whatever their order, and others another', () => {
  const hash = (settings: Record<string, string>) =>
    deployIdentity(NODE, { image: 'a', settings })['kaos.config.hash'];
  expect(hash({ A: '1', B: '2' })).toMatch(/^[0-9a-f]{12}$/);
  expect(hash({ A: '1', B: '2' })).toBe(hash({ B: '2', A: '1' }));
  expect(hash({ A: '1', B: '2' })).not.toBe(hash({ A: '1', B: '3' }));
});

/** The attributes of an agent's resource, as its SDK reads them. */
function attributesOf(props: Partial<AgentProps>, withStack = true): unknown {
  const chart = new Chart(new App(), 'research', { namespace: 'team' });
  if (withStack) new TelemetryStack(chart, 'telemetry', { exporters: [OtlpExporter.signoz()] });
  const modelAPI = ModelAPI.fromUrl(chart, 'models', { url: 'https://llm.example.com', models: ['*'] });
  const agent = new Agent(chart, 'lead', { modelAPI, model: 'gpt-4o', ...props });
  const { OTEL_RESOURCE_ATTRIBUTES } = agent.endpoint.environment;
  process.env.OTEL_RESOURCE_ATTRIBUTES = String(OTEL_RESOURCE_ATTRIBUTES);
  return OTEL_RESOURCE_ATTRIBUTES === undefined ? undefined : envDetector.detect().attributes;
}

test('an agent tells where it is in the source, its version, its configuration and its prompt', () => {
  const attributes = attributesOf({ image: 'ghcr.io/team/agent:1.4.2', instructions: 'Be brief.' });
  expect(attributes).toEqual({
    'service.namespace': 'team',
    'service.version': '1.4.2',
    'kaos.resource.name': 'lead',
    'kaos.construct.path': 'research/lead',
    'kaos.config.hash': expect.stringMatching(/^[0-9a-f]{12}$/),
    'kaos.prompt.hash': expect.stringMatching(/^[0-9a-f]{12}$/),
  });
  expect(attributesOf({ image: 'ghcr.io/team/agent:1.4.2', instructions: 'Be long.' })).toEqual({
    ...(attributes as object),
    'kaos.prompt.hash': expect.not.stringMatching(
      (attributes as Record<string, string>)['kaos.prompt.hash'] ?? '',
    ),
  });
});

test('X11: what a user calls it takes the place of ours', () => {
  const env = { OTEL_RESOURCE_ATTRIBUTES: 'service.version=mine' };
  expect(attributesOf({ env })).toMatchObject({
    'service.version': 'mine',
    'kaos.construct.path': 'research/lead',
  });
});

test('without telemetry there is none of it', () => {
  expect(attributesOf({}, false)).toBeUndefined();
});

test('fails when a percent sign in attributes begins no character', () => {
  const build = (scope: Chart) => {
    const modelAPI = ModelAPI.fromUrl(scope, 'models', { url: 'https://llm.example.com', models: ['*'] });
    const env = { OTEL_RESOURCE_ATTRIBUTES: 'team=a,service.namespace=50%' };
    new Agent(scope, 'lead', { modelAPI, model: 'gpt-4o', env });
  };
  expect(problemsOf((scope) => build(scope as Chart))).toEqual([
    '[research/lead] env sets OTEL_RESOURCE_ATTRIBUTES with "service.namespace=50%", in which a percent sign begins no character; write %25 for a percent sign',
  ]);
});
