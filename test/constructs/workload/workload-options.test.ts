import { Duration, Size } from 'cdk8s';
import { Cpu, EnvValue, Secret } from 'cdk8s-plus-28';
import { type Construct } from 'constructs';
import { MCPServer, type MCPServerProps, OtlpExporter, TelemetryStack, Tools } from '../../../constructs';
import { find, type Manifest, problemsOf, synth } from '../../support/synth';

const tools = Tools.fromModule('test/constructs/tool-modules/greet.ts');

function server(scope: Construct, options: Partial<MCPServerProps>): MCPServer {
  return new MCPServer(scope, 'greeter', { tools, ...options });
}

function deploymentOf(options: Partial<MCPServerProps>): Manifest {
  return find(
    synth((scope) => server(scope, options)),
    'Deployment',
    'mcpserver-greeter',
  );
}

function containerOf(options: Partial<MCPServerProps>): Manifest {
  return deploymentOf(options).spec.template.spec.containers[0];
}

test('image, command and arguments take the place of ours', () => {
  expect(containerOf({ image: 'own/tools:2', command: ['serve'], args: ['--fast'] })).toMatchObject({
    image: 'own/tools:2',
    command: ['serve'],
    args: ['--fast'],
  });
});

test("a user's variables win over ours, and each stands once", () => {
  const { env } = containerOf({ logLevel: 'DEBUG', env: { LOG_LEVEL: 'ERROR', EXTRA: 'yes', EMPTY: '' } });
  expect(env).toContainEqual({ name: 'LOG_LEVEL', value: 'ERROR' });
  expect(env).toContainEqual({ name: 'EXTRA', value: 'yes' });
  expect(env).toContainEqual({ name: 'EMPTY' });
  const names = env.map(({ name }: { name: string }) => name);
  expect(new Set(names).size).toBe(names.length);
});

test('variables may come from Secrets and fields', () => {
  const { env } = find(
    synth((scope) => {
      const secret = Secret.fromSecretName(scope, 'secret', 'tokens');
      const token = EnvValue.fromSecretValue({ secret, key: 'search' });
      server(scope, { env: { SEARCH_TOKEN: token } });
    }),
    'Deployment',
    'mcpserver-greeter',
  ).spec.template.spec.containers[0];
  expect(env).toContainEqual({
    name: 'SEARCH_TOKEN',
    valueFrom: { secretKeyRef: { name: 'tokens', key: 'search' } },
  });
});

test('resource attributes are merged key by key', () => {
  const manifests = synth((scope) => {
    new TelemetryStack(scope, 'telemetry', { exporters: [OtlpExporter.signoz()] });
    server(scope, { env: { OTEL_RESOURCE_ATTRIBUTES: 'service.namespace=mine, team=search' } });
  });
  const { env } = find(manifests, 'Deployment', 'mcpserver-greeter').spec.template.spec.containers[0];
  expect(env).toContainEqual({
    name: 'OTEL_RESOURCE_ATTRIBUTES',
    value: expect.stringMatching(/^service\.namespace=mine,kaos\.resource\.name=greeter,.+,team=search$/),
  });
});

test('resources are stated as the API server would write them', () => {
  const cpu = { request: Cpu.millis(1000), limit: Cpu.units(1.5) };
  const memory = { request: Size.mebibytes(2048), limit: Size.gibibytes(3) };
  expect(containerOf({ resources: { cpu, memory } }).resources).toEqual({
    requests: { cpu: '1', memory: '2Gi' },
    limits: { cpu: '1500m', memory: '3Gi' },
  });
});

test('resources are taken field by field, and what is not given makes room', () => {
  expect(containerOf({}).resources).toEqual({
    requests: { cpu: '50m', memory: '128Mi' },
    limits: { memory: '512Mi' },
  });
  expect(containerOf({ resources: { memory: { request: Size.gibibytes(1) } } }).resources).toEqual({
    requests: { cpu: '50m', memory: '1Gi' },
    limits: { memory: '1Gi' },
  });
  expect(containerOf({ resources: { memory: { limit: Size.mebibytes(64) } } }).resources).toEqual({
    requests: { cpu: '50m', memory: '64Mi' },
    limits: { memory: '64Mi' },
  });
});

test('volumes are mounted beside ours', () => {
  const { spec } = deploymentOf({
    volumes: [
      {
        volume: { name: 'corpus', persistentVolumeClaim: { claimName: 'corpus' } },
        mountPath: '/corpus',
        readOnly: true,
      },
    ],
  }).spec.template;
  expect(spec.volumes).toContainEqual({ name: 'corpus', persistentVolumeClaim: { claimName: 'corpus' } });
  expect(spec.containers[0].volumeMounts).toContainEqual({
    name: 'corpus',
    mountPath: '/corpus',
    readOnly: true,
  });
});

test('pods run where they are told', () => {
  const { metadata, spec } = deploymentOf({
    podLabels: { team: 'search' },
    podAnnotations: { 'example.com/owner': 'search' },
    nodeSelector: { pool: 'agents' },
    tolerations: [{ key: 'agents', operator: 'Exists' }],
    topologySpreadConstraints: [
      { maxSkew: 1, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway' },
    ],
    priorityClassName: 'high',
    runtimeClassName: 'gvisor',
    serviceAccountName: 'tools',
    terminationGracePeriod: Duration.minutes(2),
  }).spec.template;
  expect(metadata.labels).toMatchObject({ team: 'search', app: 'mcpserver' });
  expect(metadata.annotations).toMatchObject({ 'example.com/owner': 'search' });
  expect(spec).toMatchObject({
    nodeSelector: { pool: 'agents' },
    tolerations: [{ key: 'agents', operator: 'Exists' }],
    topologySpreadConstraints: [
      { labelSelector: { matchLabels: { app: 'mcpserver', mcpserver: 'greeter' } } },
    ],
    priorityClassName: 'high',
    runtimeClassName: 'gvisor',
    serviceAccountName: 'tools',
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: 120,
  });
});

test('several pods would rather be apart, and are taken down one at a time', () => {
  const manifests = synth((scope) => server(scope, { replicas: 2 }));
  const { spec } = find(manifests, 'Deployment', 'mcpserver-greeter');
  expect(spec.replicas).toBe(2);
  expect(
    spec.template.spec.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution,
  ).toHaveLength(1);
  expect(find(manifests, 'PodDisruptionBudget', 'mcpserver-greeter').spec).toEqual({
    maxUnavailable: 1,
    selector: { matchLabels: { app: 'mcpserver', mcpserver: 'greeter' } },
    unhealthyPodEvictionPolicy: 'AlwaysAllow',
  });
});

test('one pod has neither affinity nor budget', () => {
  const manifests = synth((scope) => server(scope, {}));
  expect(find(manifests, 'Deployment', 'mcpserver-greeter').spec.template.spec).not.toHaveProperty(
    'affinity',
  );
  expect(manifests.map(({ kind }) => kind)).not.toContain('PodDisruptionBudget');
});

const volume = { name: 'data', emptyDir: {} };

test.each<[string, Partial<MCPServerProps>, string]>([
  ['replicas is 0', { replicas: 0 }, 'replicas is 0; give a whole number, 1 or more'],
  ['command is empty', { command: [] }, 'command is empty; leave it out to run ours'],
  [
    'a variable has no name',
    { env: { '1st': 'x' } },
    'env has a variable "1st"; use letters, digits, "_", "-" and ".", no digit first',
  ],
  [
    'a limit is below its request',
    { resources: { memory: { request: Size.gibibytes(2), limit: Size.gibibytes(1) } } },
    'the limit of memory is 1Gi; give 2Gi or more, which is what is requested',
  ],
  [
    'a volume has the name of one with our Secrets',
    { volumes: [{ volume: { name: 'secret-0', emptyDir: {} }, mountPath: '/data' }] },
    'volume "secret-0" is called like those of our Secrets; give it another name',
  ],
  [
    'a volume is mounted where our Secrets are',
    { volumes: [{ volume, mountPath: '/etc/kaos/../kaos/secrets/mine' }] },
    'mountPath is "/etc/kaos/../kaos/secrets/mine", where our Secrets are; give another path',
  ],
  [
    "a volume's name is none of Kubernetes",
    { volumes: [{ volume: { name: 'My_Vol', emptyDir: {} }, mountPath: '/data' }] },
    'a volume is called "My_Vol"; use lower-case letters, digits and "-", at most 63',
  ],
  [
    'two paths are one, written in two ways',
    { volumes: [{ volume, mountPath: '/tmp/' }] },
    'two volumes are mounted at "/tmp/"; give each a path of its own',
  ],
  [
    'a path leads out of its volume',
    { volumes: [{ volume, mountPath: '/data', subPath: 'a/../../x' }] },
    'subPath is "a/../../x"; give a path within the volume, without ".."',
  ],
  [
    'a volume is on the host',
    { volumes: [{ volume: { name: 'host', hostPath: { path: '/' } }, mountPath: '/host' }] },
    'volume "host" is of kind "hostPath"; give one of configMap, csi, downwardApi, emptyDir, ephemeral, ' +
      'persistentVolumeClaim, projected, secret',
  ],
  [
    'a path is taken',
    { volumes: [{ volume, mountPath: '/tmp' }] },
    'two volumes are mounted at "/tmp"; give each a path of its own',
  ],
  [
    'a path is relative',
    { volumes: [{ volume, mountPath: 'data' }] },
    'mountPath is "data"; give an absolute path without ":"',
  ],
  [
    'two volumes have one name',
    { volumes: [{ volume: { name: 'tmp', emptyDir: {} }, mountPath: '/data' }] },
    'two volumes are called "tmp"; give each a name of its own',
  ],
  [
    'a label is ours',
    { podLabels: { app: 'x' } },
    'podLabels sets "app", which is ours; give it another name',
  ],
  [
    'an annotation is ours',
    { podAnnotations: { 'checksum/config': 'x' } },
    'podAnnotations sets "checksum/config", which is ours; give it another name',
  ],
  [
    'pods are killed before they are done',
    { terminationGracePeriod: Duration.seconds(5) },
    'terminationGracePeriod is 5 s; give 35 s or more, which the process may need',
  ],
  [
    'time to stop has parts of a second',
    { terminationGracePeriod: Duration.millis(45_500) },
    'terminationGracePeriod is 45500 ms; give whole seconds',
  ],
])('fails when %s', (_, options, problem) => {
  expect(problemsOf((scope) => server(scope, options))).toEqual([`[research/greeter] ${problem}`]);
});

test('fails with all that is wrong at once', () => {
  const options = { replicas: 1.5, image: 'x', tools: Tools.fromModule('gone.ts'), podLabels: { app: 'x' } };
  expect(problemsOf((scope) => server(scope, options))).toHaveLength(4);
});

test('a pod waits until nobody calls it any more, and has the time for it', () => {
  const { spec } = deploymentOf({}).spec.template;
  expect(spec.containers[0].lifecycle).toEqual({ preStop: { exec: { command: ['sleep', '5'] } } });
  expect(spec.terminationGracePeriodSeconds).toBe(35);
});
