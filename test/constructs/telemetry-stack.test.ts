import { Chart, Size } from 'cdk8s';
import { Construct } from 'constructs';
import {
  Agent,
  MCPServer,
  ModelAPI,
  OtlpExporter,
  TelemetryStack,
  type TelemetryStackProps,
  Tools,
} from '../../constructs';
import { envOf, find, problemsOf, synth, synthApp, validationError } from '../support/synth';
import { endpoint, exporters, gateway, policyOf } from './telemetry/stack-manifests';

test('a stack is a collector with its configuration, a Deployment and a Service', () => {
  const manifests = synth((scope) => new TelemetryStack(scope, 'telemetry', { exporters }));
  const { spec, metadata } = find(manifests, 'Deployment', 'otel-collector-telemetry').spec.template;
  expect(metadata.labels).toMatchObject({ app: 'otel-collector', 'otel-collector': 'telemetry' });
  expect(spec.containers[0]).toMatchObject({
    args: ['--config=/etc/otelcol/config.yaml'],
    env: [
      { name: 'MY_POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
      { name: 'MY_POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
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

test('garbage is collected before the limit of memory that was given', () => {
  const manifests = synth((scope) => {
    const resources = { memory: { limit: Size.gibibytes(2) } };
    new TelemetryStack(scope, 'telemetry', { exporters, resources });
  });
  expect(envOf(find(manifests, 'Deployment', 'otel-collector-telemetry')).GOMEMLIMIT).toBe('1638MiB');
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

test('a stack serves other scopes that use it, through both network policies', () => {
  const manifests = synthApp((app) => {
    const observed = new Chart(app, 'observability', { namespace: 'observability' });
    TelemetryStack.use(app, new TelemetryStack(observed, 'telemetry', { exporters }));
    gateway(new Chart(app, 'one', { namespace: 'one' }), 'models');
    const two = new Chart(app, 'two', { namespace: 'two' });
    new TelemetryStack(two, 'own', { exporters });
    gateway(two, 'others');
  });
  const host = 'otel-collector-telemetry.observability.svc.cluster.local';
  expect(envOf(find(manifests, 'Deployment', 'modelapi-models')).OTEL_EXPORTER_OTLP_ENDPOINT).toBe(
    `http://${host}:4317`,
  );
  const ports = [{ port: 4317, protocol: 'TCP' }];
  expect(policyOf(manifests, 'telemetry').ingress).toEqual([
    {
      from: [
        {
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'one' } },
          podSelector: { matchLabels: { app: 'modelapi', modelapi: 'models' } },
        },
      ],
      ports,
    },
  ]);
  expect(find(manifests, 'NetworkPolicy', 'modelapi-models').spec.egress).toContainEqual({
    to: [
      {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'observability' } },
        podSelector: { matchLabels: { app: 'otel-collector', 'otel-collector': 'telemetry' } },
      },
    ],
    ports,
  });
});

test('fails when a scope with a stack uses another', () => {
  const build = (scope: Construct) => {
    const [one, two] = ['one', 'two'].map(
      (id) => new TelemetryStack(new Construct(scope, id), id, { exporters }),
    );
    [one, one, two].forEach((stack) => stack && TelemetryStack.use(scope, stack));
  };
  expect(problemsOf(build)).toEqual([
    '[research] research/one/one serves this scope already; give it all exporters, and keep one of the two',
  ]);
});

test('fails when it is outside any chart', () => {
  const build = () =>
    synthApp((app) => {
      new TelemetryStack(app, 'telemetry', { exporters, kubernetesAttributes: 'namespace' });
      gateway(new Chart(app, 'research'), 'models');
    });
  expect(build).toThrow(
    validationError(
      '[telemetry] a TelemetryStack is outside any chart; ' +
        'declare it in one, and have other scopes report to it by TelemetryStack.use',
    ),
  );
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

test('what a stack exports to changes no workload that reports to it', () => {
  const templateWith = (props: TelemetryStackProps) => {
    const manifests = synth((scope) => {
      new TelemetryStack(scope, 'telemetry', props);
      gateway(scope, 'models');
    });
    return find(manifests, 'Deployment', 'modelapi-models').spec.template;
  };
  const template = templateWith({ exporters });
  expect(templateWith({ exporters: [OtlpExporter.jaeger()] })).toEqual(template);
  expect(templateWith({ exporters, replicas: 2, tailSampling: {}, messageContent: 'keep' })).toEqual(
    template,
  );
});
