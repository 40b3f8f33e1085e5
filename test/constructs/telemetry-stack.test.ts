import { App, Chart, Duration, Size, Testing } from 'cdk8s';
import { Secret, type SecretValue } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { parse } from 'yaml';
import {
  Agent,
  Autoscaling,
  Callers,
  Cluster,
  Egress,
  MCPServer,
  ModelAPI,
  OtlpExporter,
  TelemetryStack,
  type TelemetryStackProps,
  Tools,
} from '../../constructs';
import { envOf, find, type Manifest, problemsOf, synth, synthApp, validationError } from '../support/synth';

const exporters = [OtlpExporter.signoz()];
const endpoint = (name: string) => `http://otel-collector-${name}.tests.svc.cluster.local:4317`;

function gateway(scope: Construct, id: string): ModelAPI {
  return ModelAPI.proxy(scope, id, { models: ['*'] });
}

function agent(scope: Construct, id: string): void {
  new Agent(scope, id, { modelAPI: gateway(scope, 'models'), model: 'gpt-4o' });
}

function keyOf(scope: Construct): SecretValue {
  return { secret: Secret.fromSecretName(scope, 'keys', 'backend-keys'), key: 'token' };
}

function withKey(scope: Construct): OtlpExporter[] {
  return [OtlpExporter.otlp({ endpoint: 'otlp.corp.example:443', headers: { 'x-key': keyOf(scope) } })];
}

function configOf(manifests: Manifest[], id: string): Manifest {
  return parse(find(manifests, 'ConfigMap', `otel-collector-${id}`).data['config.yaml']);
}

function policyOf(manifests: Manifest[], id: string): Manifest {
  return find(manifests, 'NetworkPolicy', `otel-collector-${id}`).spec;
}

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

test.each([
  ['there is no exporter', [], 'exporters is empty; give at least one, such as OtlpExporter.signoz()'],
  [
    'two exporters have the same name',
    [OtlpExporter.signoz(), OtlpExporter.otlp({ name: 'signoz', endpoint: 'a:1' })],
    'two exporters are called "signoz"; give each a name of its own',
  ],
  [
    'the endpoint has no port',
    [OtlpExporter.otlp({ endpoint: 'otlp.corp.example' })],
    'the endpoint of exporter "backend" is "otlp.corp.example"; give host:port',
  ],
  [
    'the endpoint is a URL',
    [OtlpExporter.otlp({ endpoint: 'https://otlp.corp.example:443' })],
    'the endpoint of exporter "backend" is "https://otlp.corp.example:443"; give host:port',
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

test('with replicas and without sampling it is the same collector several times', () => {
  const manifests = synth((scope) => new TelemetryStack(scope, 'telemetry', { exporters, replicas: 2 }));
  const deployment = find(manifests, 'Deployment', 'otel-collector-telemetry');
  expect(deployment.spec.replicas).toBe(2);
  const { connectors, service } = configOf(manifests, 'telemetry');
  expect(Object.keys(connectors)).toEqual(['span_metrics']);
  // Series of two collectors differ in the name of the pod.
  expect(service.telemetry.resource.attributes).toEqual([
    { name: 'collector.instance.id', value: '${env:MY_POD_NAME}' },
  ]);
  expect(deployment.spec.template.spec.containers[0].env).toContainEqual({
    name: 'MY_POD_NAME',
    valueFrom: { fieldRef: { fieldPath: 'metadata.name' } },
  });
});

test('with replicas and sampling, collectors in front deal traces out to those that sample', () => {
  const manifests = synth((scope) => {
    new TelemetryStack(scope, 'telemetry', { exporters: withKey(scope), replicas: 3, tailSampling: {} });
    gateway(scope, 'models');
  });
  const dealers = find(manifests, 'Deployment', 'otel-collector-telemetry');
  const samplers = find(manifests, 'StatefulSet', 'otel-collector-telemetry-sampler');
  expect([dealers.spec.replicas, samplers.spec.replicas]).toEqual([3, 3]);
  expect(find(manifests, 'Service', 'otel-collector-telemetry-sampler').spec.clusterIP).toBe('None');

  const dealing = configOf(manifests, 'telemetry');
  const { hostname } = dealing.exporters['load_balancing/traces'].resolver.dns;
  expect(hostname).toBe('otel-collector-telemetry-sampler.tests.svc.cluster.local');
  expect(Object.keys(configOf(manifests, 'telemetry-sampler').exporters)).toEqual(['otlp_grpc/backend']);

  // The key is with those that use it.
  const namesOf = (workload: Manifest): string[] =>
    workload.spec.template.spec.containers[0].env.map(({ name }: { name: string }) => name);
  expect(namesOf(samplers)).toContain('EXPORTER_BACKEND_HEADER_X_KEY');
  expect(namesOf(dealers)).not.toContain('EXPORTER_BACKEND_HEADER_X_KEY');

  expect(envOf(find(manifests, 'Deployment', 'modelapi-models')).OTEL_EXPORTER_OTLP_ENDPOINT).toBe(
    endpoint('telemetry'),
  );
  expect(policyOf(manifests, 'telemetry-sampler').ingress).toEqual([
    {
      from: [{ podSelector: { matchLabels: { app: 'otel-collector', 'otel-collector': 'telemetry' } } }],
      ports: [{ port: 4317, protocol: 'TCP' }],
    },
  ]);
});

test('the number of samplers does not follow that of the collectors in front', () => {
  const manifests = synth((scope) => {
    const autoscaling = Autoscaling.cpu({ minReplicas: 1, maxReplicas: 5 });
    new TelemetryStack(scope, 'telemetry', { exporters, autoscaling, tailSampling: { samplers: 4 } });
  });
  const samplers = find(manifests, 'StatefulSet', 'otel-collector-telemetry-sampler');
  expect(samplers.spec.replicas).toBe(4);
  expect(manifests.filter(({ kind }) => kind === 'HorizontalPodAutoscaler')).toHaveLength(1);
});

test('a persistent queue is a volume of each pod', () => {
  const manifests = synth((scope) => {
    const persistentQueue = { size: Size.gibibytes(1), storageClassName: 'fast' };
    new TelemetryStack(scope, 'telemetry', { exporters, persistentQueue });
  });
  const { spec } = find(manifests, 'StatefulSet', 'otel-collector-telemetry');
  expect(spec.volumeClaimTemplates).toEqual([
    {
      metadata: { name: 'queue' },
      spec: {
        accessModes: ['ReadWriteOnce'],
        storageClassName: 'fast',
        resources: { requests: { storage: '1Gi' } },
      },
    },
  ]);
  expect(spec.template.spec.containers[0].volumeMounts).toContainEqual({
    name: 'queue',
    mountPath: '/var/lib/otelcol',
  });
  expect(spec.template.spec.securityContext.fsGroup).toBe(10001);
  const { exporters: blocks } = configOf(manifests, 'telemetry');
  const queueBytes = blocks['otlp_grpc/signoz'].sending_queue.queue_size;
  expect(3 * queueBytes).toBeLessThanOrEqual(2 ** 29);
});

test('with two tiers those that sample hold the queue', () => {
  const manifests = synth((scope) => {
    const persistentQueue = { size: Size.gibibytes(1) };
    new TelemetryStack(scope, 'telemetry', { exporters, persistentQueue, replicas: 2, tailSampling: {} });
  });
  find(manifests, 'Deployment', 'otel-collector-telemetry');
  const { spec } = find(manifests, 'StatefulSet', 'otel-collector-telemetry-sampler');
  expect(spec.volumeClaimTemplates).toHaveLength(1);
  expect(configOf(manifests, 'telemetry').extensions).not.toHaveProperty('file_storage');
});

test('by default it has no access to the Kubernetes API', () => {
  const manifests = synth((scope) => new TelemetryStack(scope, 'telemetry', { exporters }));
  expect(manifests.filter(({ kind }) => /Account|Role/.test(kind))).toEqual([]);
  const { spec } = find(manifests, 'Deployment', 'otel-collector-telemetry').spec.template;
  expect(spec.automountServiceAccountToken).toBe(false);
});

const READS_PODS = [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] }];

test('to look up pods of its namespace it may list those', () => {
  const manifests = synth((scope) => {
    Cluster.configure(scope, { apiServer: ['10.96.0.1/32'] });
    new TelemetryStack(scope, 'telemetry', { exporters, kubernetesAttributes: 'namespace' });
  });
  const name = 'otel-collector-telemetry';
  expect(find(manifests, 'Role', name).rules).toEqual(READS_PODS);
  expect(find(manifests, 'RoleBinding', name)).toMatchObject({
    subjects: [{ kind: 'ServiceAccount', name, namespace: 'tests' }],
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
  });
  expect(find(manifests, 'ServiceAccount', name).automountServiceAccountToken).toBe(false);
  expect(find(manifests, 'Deployment', name).spec.template.spec).toMatchObject({
    serviceAccountName: name,
    automountServiceAccountToken: true,
  });
  expect(policyOf(manifests, 'telemetry').egress).toContainEqual({
    to: [{ ipBlock: { cidr: '10.96.0.1/32' } }],
    ports: [
      { port: 443, protocol: 'TCP' },
      { port: 6443, protocol: 'TCP' },
    ],
  });
  expect(manifests.filter(({ kind }) => kind.startsWith('Cluster'))).toEqual([]);
});

test('to look up pods of the cluster it may list all, under a name that there is once', () => {
  const manifests = synth((scope) => {
    new TelemetryStack(scope, 'telemetry', { exporters, kubernetesAttributes: 'cluster' });
  });
  const name = 'tests-otel-collector-telemetry';
  const role = find(manifests, 'ClusterRole', name);
  const binding = find(manifests, 'ClusterRoleBinding', name);
  expect(role.rules).toEqual(READS_PODS);
  expect(binding).toMatchObject({
    subjects: [{ kind: 'ServiceAccount', name: 'otel-collector-telemetry', namespace: 'tests' }],
    roleRef: { kind: 'ClusterRole', name },
  });
  for (const { metadata } of [role, binding]) expect(metadata).not.toHaveProperty('namespace');
});

test('of two tiers only those that are reported to look up pods', () => {
  const manifests = synth((scope) => {
    const kubernetesAttributes = 'namespace';
    new TelemetryStack(scope, 'telemetry', {
      exporters,
      kubernetesAttributes,
      replicas: 2,
      tailSampling: {},
    });
  });
  const tokenOf = (kind: string, name: string): boolean =>
    find(manifests, kind, name).spec.template.spec.automountServiceAccountToken;
  expect(tokenOf('Deployment', 'otel-collector-telemetry')).toBe(true);
  expect(tokenOf('StatefulSet', 'otel-collector-telemetry-sampler')).toBe(false);
});

test('its own metrics are read by those that are let, and others may report', () => {
  const manifests = synth((scope) => {
    new TelemetryStack(scope, 'telemetry', {
      exporters,
      metricsFrom: Callers.inNamespace('monitoring'),
      reportsFrom: Callers.inNamespace('shop'),
    });
  });
  const from = (namespace: string) => [
    { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } },
  ];
  expect(policyOf(manifests, 'telemetry').ingress).toEqual([
    {
      from: from('shop'),
      ports: [
        { port: 4317, protocol: 'TCP' },
        { port: 4318, protocol: 'TCP' },
      ],
    },
    { from: from('monitoring'), ports: [{ port: 8888, protocol: 'TCP' }] },
  ]);
});

test('of both tiers own metrics can be read', () => {
  const manifests = synth((scope) => {
    const metricsFrom = Callers.inNamespace('monitoring');
    new TelemetryStack(scope, 'telemetry', { exporters, metricsFrom, replicas: 2, tailSampling: {} });
  });
  for (const name of ['telemetry', 'telemetry-sampler']) {
    expect(policyOf(manifests, name).ingress).toContainEqual(
      expect.objectContaining({ ports: [{ port: 8888, protocol: 'TCP' }] }),
    );
  }
});

test('it may reach its exporters', () => {
  const manifests = synth((scope) => {
    const grafana = OtlpExporter.otlp({ protocol: 'http', endpoint: 'http://10.0.0.7:9090/otlp' });
    new TelemetryStack(scope, 'telemetry', { exporters: [OtlpExporter.jaeger(), grafana] });
  });
  const { egress } = policyOf(manifests, 'telemetry');
  expect(egress).toContainEqual({
    to: [{ ipBlock: { cidr: '10.0.0.7/32' } }],
    ports: [{ port: 9090, protocol: 'TCP' }],
  });
  expect(egress).toContainEqual({
    to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'jaeger' } } }],
  });
});

test('garbage is collected before the limit of memory that was given', () => {
  const manifests = synth((scope) => {
    const resources = { memory: { limit: Size.gibibytes(2) } };
    new TelemetryStack(scope, 'telemetry', { exporters, resources });
  });
  expect(envOf(find(manifests, 'Deployment', 'otel-collector-telemetry')).GOMEMLIMIT).toBe('1638MiB');
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

test.each<[string, Partial<TelemetryStackProps>, string]>([
  [
    'sampling has nothing to sample',
    { exporters: [OtlpExporter.otlp({ endpoint: 'a:1', signals: ['logs'] })], tailSampling: {} },
    'tailSampling is given and no exporter takes traces; leave it out',
  ],
  [
    'there are samplers for one replica',
    { tailSampling: { samplers: 2 } },
    'tailSampling.samplers is 2 and the collector has one replica; leave it out, or give replicas',
  ],
  [
    'more than all is kept',
    { tailSampling: { percentage: 101 } },
    'tailSampling.percentage is 101; give a number from 0 to 100',
  ],
  [
    'no trace is held',
    { tailSampling: { tracesInMemory: 0 } },
    'tailSampling.tracesInMemory is 0; give a whole number, 1 or more',
  ],
  [
    'no time is given to traces',
    { tailSampling: { decisionWait: Duration.millis(10) } },
    'tailSampling.decisionWait is less than a second; give a second or more',
  ],
  [
    'a pattern is none of RE2',
    { redaction: { patterns: ['(?<=id )\\d+'] } },
    'the redaction pattern "(?<=id )\\d+" looks ahead or behind, which RE2 cannot; give one of RE2',
  ],
  ['the ratio is none', { sampleRatio: 10 }, 'sampleRatio is 10; give a number from 0 to 1'],
  [
    'an attribute has no name that can be stated',
    { resourceAttributes: { 'a=b': 'c' } },
    'a resource attribute is called "a=b"; use letters, digits, ".", "_", "-" and "/"',
  ],
  [
    'the queue is too small',
    { persistentQueue: { size: Size.mebibytes(1) } },
    'persistentQueue.size is less than 64 MiB; give more, a batch takes up to some MiB',
  ],
  [
    'it has two accounts',
    { kubernetesAttributes: 'namespace', serviceAccountName: 'mine' },
    'serviceAccountName is "mine"; leave it out, what asks the Kubernetes API has an account of its own',
  ],
  [
    'an exporter takes nothing',
    { exporters: [OtlpExporter.otlp({ endpoint: 'a:1', signals: [] })] },
    'exporter "backend" takes no signals; give some of traces, metrics, logs',
  ],
  [
    'an exporter by HTTP has no URL',
    { exporters: [OtlpExporter.otlp({ protocol: 'http', endpoint: 'ftp://a' })] },
    'the endpoint of exporter "backend" is "ftp://a"; give an http or https URL',
  ],
  [
    'a header has no name',
    { exporters: [OtlpExporter.otlp({ endpoint: 'a:1', headers: { 'x y': 'z' } })] },
    'exporter "backend" has a header "x y"; use letters, digits and "-"',
  ],
])('fails when %s', (_, props, problem) => {
  const build = (scope: Construct) => new TelemetryStack(scope, 'telemetry', { exporters, ...props });
  expect(problemsOf(build)).toEqual([`[research/telemetry] ${problem}`]);
});

test('fails when two secrets share a variable', () => {
  const build = (scope: Construct) => {
    const { secret, key } = keyOf(scope);
    const headers = { 'x-key': { secret, key }, x_key: { secret, key: 'other' } };
    new TelemetryStack(scope, 'telemetry', { exporters: [OtlpExporter.otlp({ endpoint: 'a:1', headers })] });
  };
  expect(problemsOf(build)).toEqual([
    '[research/telemetry] two secrets of exporters share the variable EXPORTER_BACKEND_HEADER_X_KEY; give exporters or headers other names',
  ]);
});

test('fails when a key stands in a header', () => {
  const headers = { 'x-key': ['sk', 'abcdefghijklmnopqrst'].join('-') };
  const build = (scope: Construct) =>
    new TelemetryStack(scope, 'telemetry', { exporters: [OtlpExporter.otlp({ endpoint: 'a:1', headers })] });
  expect(problemsOf(build)).toEqual([
    '[research/telemetry] exporters.0.headers.x-key holds what looks like a key of a model provider; put it in a Secret and give a SecretValue',
  ]);
});

test('fails when pods are looked up and nobody knows from where', () => {
  const app = new App();
  const chart = new Chart(app, 'research');
  new TelemetryStack(chart, 'telemetry', { exporters, kubernetesAttributes: 'cluster' });
  expect(() => Testing.synth(chart)).toThrow(
    validationError(
      '[research/telemetry] kubernetesAttributes needs to know its namespace; give its chart one',
    ),
  );
});

describe('a collector that is there already', () => {
  const props = { endpoint: 'http://collector.monitoring.svc:4317' };

  test('is reported to, and nothing is rendered', () => {
    const manifests = synth((scope) => {
      TelemetryStack.fromEndpoint(scope, 'telemetry', props);
      gateway(scope, 'models');
    });
    expect(manifests.filter(({ metadata }) => metadata.name.includes('telemetry'))).toEqual([]);
    expect(envOf(find(manifests, 'Deployment', 'modelapi-models'))).toMatchObject({
      OTEL_EXPORTER: 'otlp_grpc',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector.monitoring.svc:4317',
    });
    expect(find(manifests, 'NetworkPolicy', 'modelapi-models').spec.egress).toContainEqual({
      to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }],
    });
  });

  test('gets what it takes, as it takes it, where it is', () => {
    const manifests = synth((scope) => {
      TelemetryStack.fromEndpoint(scope, 'telemetry', {
        endpoint: 'http://traces.example:4318/',
        protocol: 'http',
        signals: ['traces'],
        sampleRatio: 0.5,
        egress: Egress.toCidr('10.1.2.3/32', 4318),
      });
      agent(scope, 'lead');
    });
    expect(envOf(find(manifests, 'Deployment', 'agent-lead'))).toMatchObject({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://traces.example:4318',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
      OTEL_TRACES_SAMPLER_ARG: '0.5',
    });
    expect(find(manifests, 'NetworkPolicy', 'agent-lead').spec.egress).toContainEqual({
      to: [{ ipBlock: { cidr: '10.1.2.3/32' } }],
      ports: [{ port: 4318, protocol: 'TCP' }],
    });
  });

  test.each([
    [
      'its address has no port',
      { endpoint: 'http://collector' },
      'endpoint is "http://collector"; give a URL',
    ],
    ['its address has no scheme', { endpoint: 'collector:4317' }, 'endpoint is "collector:4317"; give a URL'],
  ])('fails when %s', (_, wrong, problem) => {
    const build = (scope: Construct) => TelemetryStack.fromEndpoint(scope, 'telemetry', wrong);
    expect(problemsOf(build)).toEqual([
      `[research/telemetry] ${problem} with its port, such as http://collector.monitoring.svc:4317`,
    ]);
  });

  test('fails when it takes nothing', () => {
    const build = (scope: Construct) =>
      TelemetryStack.fromEndpoint(scope, 'telemetry', { ...props, signals: [] });
    expect(problemsOf(build)).toEqual([
      '[research/telemetry] it takes no signals; give some of traces, metrics, logs',
    ]);
  });

  test('fails when the scope has another', () => {
    const build = (scope: Construct) => {
      TelemetryStack.fromEndpoint(scope, 'one', props);
      new TelemetryStack(scope, 'two', { exporters });
    };
    expect(problemsOf(build)).toEqual([
      '[research/two] research/one serves this scope already; give it all exporters, and keep one of the two',
    ]);
  });
});
