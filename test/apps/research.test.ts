import { App, Testing } from 'cdk8s';
import { Research } from '../../apps/research';
import { type Manifest } from '../support/synth';

const manifests: Manifest[] = Testing.synth(new Research(new App(), 'research'));
const pods = manifests
  .filter(({ kind }) => kind === 'Deployment')
  .map(({ metadata, spec }): [string, Manifest] => [metadata.name, spec.template.spec]);

test('the manifests of the research system', () => {
  expect(synthYaml()).toMatchSnapshot();
});

test('it is seven workloads, each with its configuration, Deployment, Service and policy, and the way in', () => {
  const names = [
    'otel-collector-telemetry',
    'modelapi-llm-proxy',
    'mcpserver-echo-search',
    'mcpserver-calculator',
    'agent-researcher',
    'agent-analyst',
    'agent-coordinator',
  ];
  expect(pods.map(([name]) => name)).toEqual(names);
  expect(manifests.map(({ kind }) => kind)).toEqual([
    ...names.flatMap(() => ['ConfigMap', 'Deployment', 'Service', 'NetworkPolicy']),
    'Ingress',
  ]);
  expect(new Set(manifests.map(({ metadata }) => metadata.namespace))).toEqual(new Set(['kaos-hierarchy']));
});

test('two syntheses are identical byte for byte', () => {
  expect(synthYaml()).toBe(synthYaml());
});

test.each(pods)('%s runs restricted', (_, pod) => {
  expect(pod).toMatchObject({
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
  });
  expect(pod.securityContext.runAsUser).toBeGreaterThan(10_000);
  for (const container of pod.containers) {
    expect(container.securityContext).toEqual({
      runAsNonRoot: true,
      runAsUser: pod.securityContext.runAsUser,
      runAsGroup: pod.securityContext.runAsUser,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(Object.keys(container.resources.requests)).toEqual(['cpu', 'memory']);
    expect(Object.keys(container.resources.limits)).toEqual(['memory']);
    expect(container.image).toMatch(/:v?\d+\.\d+\.\d+$/);
  }
});

test.each(pods)('%s is asked three questions on a port it has', (_, { containers: [container] }) => {
  for (const probe of [container.startupProbe, container.livenessProbe, container.readinessProbe]) {
    expect(container.ports).toContainEqual(expect.objectContaining({ name: probe.httpGet.port }));
  }
});

test.each(pods)('%s states each variable once, and none of them empty', (_, { containers: [container] }) => {
  const names = container.env.map(({ name }: { name: string }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(container.env).not.toContainEqual(expect.objectContaining({ value: '' }));
});

test('nothing is left empty, for the API server to drop and the next apply to bring back', () => {
  expect(emptyPaths(manifests)).toEqual([]);
});

test('the key of the provider is nowhere but in its Secret, of which there is a reference', () => {
  const [, gateway] = pods.find(([name]) => name === 'modelapi-llm-proxy') ?? [];
  expect(gateway.containers[0].env).toContainEqual({
    name: 'PROXY_API_KEY',
    valueFrom: { secretKeyRef: { name: 'llm-api-key', key: 'api-key' } },
  });
});

function synthYaml(): string {
  const app = new App();
  new Research(app, 'research');
  return app.synthYaml();
}

function emptyPaths(value: unknown, path = ''): string[] {
  if (value === '' || value === null) return [path];
  if (typeof value !== 'object') return [];
  const entries = Object.entries(value);
  return entries.length === 0
    ? [path]
    : entries.flatMap(([key, inner]) => emptyPaths(inner, `${path}/${key}`));
}
