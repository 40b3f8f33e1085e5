import { Chart } from 'cdk8s';
import { Construct } from 'constructs';
import { Agent, MCPServer, ModelAPI, OtlpExporter, TelemetryStack, Tools } from '../../constructs';
import { envOf, find, problemsOf, synth, synthApp } from '../support/synth';

const exporters = [OtlpExporter.signoz()];
const endpoint = (name: string) => `http://otel-collector-${name}.tests.svc.cluster.local:4317`;

function gateway(scope: Construct, id: string): void {
  ModelAPI.proxy(scope, id, { models: ['*'] });
}

test('a stack is a collector with its configuration, a Deployment and a Service', () => {
  const manifests = synth((scope) => new TelemetryStack(scope, 'telemetry', { exporters }));
  const { spec, metadata } = find(manifests, 'Deployment', 'otel-collector-telemetry').spec.template;
  expect(metadata.labels).toMatchObject({ app: 'otel-collector', 'otel-collector': 'telemetry' });
  expect(spec.containers[0]).toMatchObject({
    args: ['--config=/etc/otelcol/config.yaml'],
    env: [
      { name: 'MY_POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
      { name: 'GOMEMLIMIT', value: '409MiB' },
    ],
    resources: { limits: { memory: '512Mi' } },
    livenessProbe: { httpGet: { path: '/', port: 'health' } },
  });
  expect(spec.volumes).toEqual([{ name: 'config', configMap: { name: 'otel-collector-telemetry' } }]);
  expect(find(manifests, 'Service', 'otel-collector-telemetry').spec.ports).toEqual([
    { name: 'otlp-grpc', port: 4317, protocol: 'TCP', targetPort: 'otlp-grpc', appProtocol: 'grpc' },
    { name: 'otlp-http', port: 4318, protocol: 'TCP', targetPort: 'otlp-http' },
    { name: 'health', port: 13133, protocol: 'TCP', targetPort: 'health' },
    { name: 'metrics', port: 8888, protocol: 'TCP', targetPort: 'metrics' },
  ]);
});

test('everything in the scope reports to it, declared before or after', () => {
  const manifests = synth((scope) => {
    const modelAPI = ModelAPI.proxy(scope, 'models', { models: ['*'] });
    new Agent(new Construct(scope, 'team'), 'early', { modelAPI, model: 'gpt-4o' });
    new TelemetryStack(scope, 'telemetry', { exporters });
    new MCPServer(scope, 'late', { tools: Tools.fromModule('test/constructs/tool-modules/greet.ts') });
  });
  for (const name of ['agent-early', 'mcpserver-late', 'modelapi-models']) {
    const env = envOf(find(manifests, 'Deployment', name));
    expect(env.OTEL_EXPORTER_OTLP_ENDPOINT).toBe(endpoint('telemetry'));
  }
});

test('the nearest stack is the one', () => {
  const manifests = synth((scope) => {
    new TelemetryStack(scope, 'outer', { exporters });
    gateway(scope, 'near-outer');
    const team = new Construct(scope, 'team');
    gateway(team, 'near-inner');
    new TelemetryStack(team, 'inner', { exporters });
  });
  const reported = ['near-outer', 'near-inner'].map(
    (id) => envOf(find(manifests, 'Deployment', `modelapi-${id}`)).OTEL_EXPORTER_OTLP_ENDPOINT,
  );
  expect(reported).toEqual([endpoint('outer'), endpoint('inner')]);
});

test('a stack serves no scope beside its own', () => {
  const manifests = synthApp((app) => {
    new TelemetryStack(new Chart(app, 'one', { namespace: 'tests' }), 'telemetry', { exporters });
    gateway(new Chart(app, 'two', { namespace: 'tests' }), 'models');
  });
  expect(envOf(find(manifests, 'Deployment', 'modelapi-models'))).not.toHaveProperty('OTEL_SERVICE_NAME');
});

test('fails when a scope has two stacks', () => {
  const build = (scope: Construct) => {
    new TelemetryStack(scope, 'one', { exporters });
    new TelemetryStack(scope, 'two', { exporters });
  };
  expect(problemsOf(build)).toEqual([
    '[research/two] research/one serves this scope already; give it all exporters, and keep one of the two',
  ]);
});

test.each([
  ['there is no exporter', [], 'exporters is empty; give at least one, such as OtlpExporter.signoz()'],
  [
    'two exporters have the same name',
    [OtlpExporter.signoz(), OtlpExporter.otlp({ name: 'signoz', endpoint: 'a:1' })],
    'two exporters are called "signoz"; give each a name of its own',
  ],
  [
    'the endpoint has no port',
    [OtlpExporter.otlp({ endpoint: 'otlp.example' })],
    'the endpoint of exporter "backend" is "otlp.example"; give host:port',
  ],
  [
    'the endpoint is a URL',
    [OtlpExporter.otlp({ endpoint: 'https://otlp.example:443' })],
    'the endpoint of exporter "backend" is "https://otlp.example:443"; give host:port',
  ],
  [
    'the name is no component id',
    [OtlpExporter.otlp({ name: 'a/b', endpoint: 'a:1' })],
    'an exporter is called "a/b"; use letters, digits, "-" and "_"',
  ],
])('fails when %s', (_, wrong, problem) => {
  const build = (scope: Construct) => new TelemetryStack(scope, 'telemetry', { exporters: wrong });
  expect(problemsOf(build)).toEqual([`[research/telemetry] ${problem}`]);
});
