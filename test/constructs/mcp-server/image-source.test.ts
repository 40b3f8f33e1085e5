import { Secret } from 'cdk8s-plus-28';
import { type Construct } from 'constructs';
import {
  Agent,
  Egress,
  type ImageToolsProps,
  MCPServer,
  ModelAPI,
  OtlpExporter,
  TelemetryStack,
  Tools,
} from '../../../constructs';
import { podSecurityProblems } from '../../support/pod-security';
import { envOf, find, type Manifest, problemsOf, synth } from '../../support/synth';

const IMAGE = 'registry.example.com/team/search-mcp:1.4.0';

function server(scope: Construct, props: Partial<ImageToolsProps> = {}): MCPServer {
  return new MCPServer(scope, 'search', { tools: Tools.image({ image: IMAGE, ...props }) });
}

function manifestsOf(props: Partial<ImageToolsProps> = {}): Manifest[] {
  return synth((scope) => server(scope, props));
}

function deploymentOf(props: Partial<ImageToolsProps> = {}): Manifest {
  return find(manifestsOf(props), 'Deployment', 'mcpserver-search');
}

const podOf = (props: Partial<ImageToolsProps> = {}): Manifest => deploymentOf(props).spec.template.spec;
const containerOf = (props: Partial<ImageToolsProps> = {}): Manifest => podOf(props).containers[0];

test('an image alone: restricted, asked by TCP, told nothing that it did not ask for', () => {
  const container = containerOf();
  const connects = { tcpSocket: { port: 'http' }, timeoutSeconds: 3 };
  expect(container).toMatchObject({
    image: IMAGE,
    ports: [{ name: 'http', containerPort: 8000, protocol: 'TCP' }],
    startupProbe: { ...connects, periodSeconds: 2 },
    livenessProbe: connects,
    readinessProbe: connects,
    securityContext: { runAsUser: 65532, readOnlyRootFilesystem: true, runAsNonRoot: true },
    volumeMounts: [{ name: 'writable-0', mountPath: '/tmp' }],
  });
  for (const absent of ['command', 'args', 'env', 'lifecycle']) expect(container).not.toHaveProperty(absent);
  expect(podSecurityProblems(manifestsOf())).toEqual([]);
  expect(podOf().automountServiceAccountToken).toBe(false);
});

test('where it speaks MCP is where agents look for it', () => {
  const props = { port: 3000, path: '/api' };
  synth((scope) => {
    const { url, mcpUrl } = server(scope, props);
    expect(url).toBe('http://mcpserver-search.tests.svc.cluster.local:3000');
    expect(mcpUrl).toBe(`${url}/api`);
  });
  const manifests = synth((scope) => {
    const modelAPI = ModelAPI.hosted(scope, 'models', { models: ['small:1b'] });
    new Agent(scope, 'clerk', { modelAPI, model: 'small:1b', mcpServers: [server(scope, props)] });
  });
  expect(envOf(find(manifests, 'Deployment', 'agent-clerk'))).toMatchObject({
    MCP_SERVER_search_URL: 'http://mcpserver-search.tests.svc.cluster.local:3000/api',
  });
  const { ports } = find(manifestsOf(props), 'Service', 'mcpserver-search').spec;
  expect(ports).toEqual([{ name: 'http', port: 3000, protocol: 'TCP', targetPort: 'http' }]);
});

test('all that can be said of it', () => {
  const pod = podOf({
    ...{ command: ['serve'], args: ['--http'], user: 1000, probe: '/health' },
    writableDirectories: ['/var/cache/', '/tmp'],
  });
  expect(pod.containers[0]).toMatchObject({
    command: ['serve'],
    args: ['--http'],
    readinessProbe: { httpGet: { path: '/health', port: 'http' } },
    securityContext: { runAsUser: 1000, runAsGroup: 1000 },
    volumeMounts: [{ mountPath: '/var/cache' }, { mountPath: '/tmp' }],
  });
  expect(pod.volumes).toEqual([
    { name: 'writable-0', emptyDir: { sizeLimit: '256Mi' } },
    { name: 'writable-1', emptyDir: { sizeLimit: '256Mi' } },
  ]);
});

test('secrets are named, texts are stated', () => {
  const manifests = synth((scope) => {
    const token = { secret: Secret.fromSecretName(scope, 'keys', 'search-keys'), key: 'token' };
    server(scope, { env: { INDEX: 'handbook' }, secrets: { SEARCH_TOKEN: token } });
  });
  expect(find(manifests, 'Deployment', 'mcpserver-search').spec.template.spec.containers[0].env).toEqual([
    { name: 'INDEX', value: 'handbook' },
    { name: 'SEARCH_TOKEN', valueFrom: { secretKeyRef: { name: 'search-keys', key: 'token' } } },
  ]);
});

test('only an image that sends telemetry is told where to, and may', () => {
  const withTelemetry = (telemetry: boolean | undefined) =>
    synth((scope) => {
      new TelemetryStack(scope, 'telemetry', { exporters: [OtlpExporter.signoz()] });
      server(scope, { telemetry });
    });
  const collectors = (manifests: Manifest[]) =>
    JSON.stringify(find(manifests, 'NetworkPolicy', 'mcpserver-search').spec.egress).includes(
      'otel-collector',
    );
  const silent = withTelemetry(undefined);
  expect(find(silent, 'Deployment', 'mcpserver-search').spec.template.spec.containers[0].env).toBeUndefined();
  expect(collectors(silent)).toBe(false);
  const heard = withTelemetry(true);
  expect(envOf(find(heard, 'Deployment', 'mcpserver-search'))).toMatchObject({
    OTEL_SERVICE_NAME: 'search',
    OTEL_EXPORTER_OTLP_ENDPOINT: expect.stringContaining('otel-collector-telemetry') as unknown,
  });
  expect(collectors(heard)).toBe(true);
});

test('a log level is stated where the user states one', () => {
  const manifests = synth(
    (scope) => new MCPServer(scope, 'search', { tools: Tools.image({ image: IMAGE }), logLevel: 'DEBUG' }),
  );
  expect(envOf(find(manifests, 'Deployment', 'mcpserver-search'))).toEqual({ LOG_LEVEL: 'DEBUG' });
});

test('it reaches what it declares, and nothing else', () => {
  const egressOf = (props: Partial<ImageToolsProps>): Manifest[] =>
    find(manifestsOf(props), 'NetworkPolicy', 'mcpserver-search').spec.egress;
  const dns = egressOf({});
  expect(dns).toHaveLength(1);
  const open = egressOf({ egress: [Egress.toInternet()] }).filter(
    (rule) => JSON.stringify(rule) !== JSON.stringify(dns[0]),
  );
  expect(open).toEqual([
    {
      to: [{ ipBlock: expect.objectContaining({ cidr: '0.0.0.0/0' }) as unknown }],
      ports: [{ port: 443, protocol: 'TCP' }],
    },
  ]);
});

test('what runs it on a laptop stands on the Deployment, and rolls no pod', () => {
  const local = { command: ['search-mcp', '--port', '$PORT'], env: { MODE: 'local' } };
  const deployment = deploymentOf({ local });
  expect(JSON.parse(deployment.metadata.annotations['kaos.dev/local-command'])).toEqual(local);
  expect(deployment.spec.template).toEqual(deploymentOf().spec.template);
});

const wrong: [string, Partial<ImageToolsProps>, string][] = [
  [
    'the image is not pinned',
    { image: 'team/search' },
    'image is "team/search"; give a tag other than latest, or a digest',
  ],
  ['there is no image', { image: undefined as never }, 'image is missing; give a text'],
  ['the port is none', { port: 0 }, 'port is 0; give a whole number, 1 to 65535'],
  ['the path is relative', { path: 'mcp' }, 'path is "mcp"; give one such as /mcp'],
  ['the probe is none', { probe: 'http' as never }, 'probe is "http"; give tcp or a path such as /health'],
  ['it would be root', { user: 0 }, 'user is 0; give a whole number, 1 or more: root is for nobody'],
  ['a command is empty', { command: [] }, "command is empty; leave it out to run the image's own"],
  [
    'a directory is relative',
    { writableDirectories: ['tmp'] },
    'writableDirectories has "tmp"; give absolute paths such as /tmp',
  ],
  [
    'all would be writable',
    { writableDirectories: ['/'] },
    'writableDirectories has "/"; give absolute paths such as /tmp',
  ],
  [
    'a directory is there twice',
    { writableDirectories: ['/tmp', '/tmp/'] },
    'writableDirectories has "/tmp/" twice; give it once',
  ],
  [
    'a variable has no name',
    { env: { '1st': 'x' } },
    'env has a variable "1st"; use letters, digits, "_", "-" and ".", no digit first',
  ],
  [
    'a text is called like a secret',
    { env: { SEARCH_TOKEN: 'abc' } },
    'env.SEARCH_TOKEN holds a secret in clear text, going by its name; ' +
      'put it in a Secret, and give a SecretValue in secrets',
  ],
  ['a variable is no text', { env: { DEPTH: 3 as never } }, 'env.DEPTH is of type number; give a text'],
  [
    'a secret is a text',
    { secrets: { SEARCH_TOKEN: 'abc' as never } },
    'secrets.SEARCH_TOKEN is of type string; give a SecretValue',
  ],
  [
    'nothing would run here',
    { local: { command: [] } },
    'local.command is empty; give the program and its arguments, or leave local out',
  ],
  [
    'what runs here installs',
    { local: { command: ['npx', '-y', 'search-mcp'] } },
    'local.command starts with "npx", which installs what it runs; ' +
      'give the program that the package has, and install the package beside the app',
  ],
  [
    'an argument is a key',
    { args: ['--token', `ghp_${'a1B2'.repeat(9)}`] },
    expect.stringMatching(
      /^args\.1 holds what looks like .*; put it in a Secret and give a SecretValue$/,
    ) as never,
  ],
];

test.each(wrong)('fails when %s', (_, props, problem) => {
  const problems = problemsOf((scope) => server(scope, props));
  expect(problems.map((text) => text.replace('[research/search] ', ''))).toContainEqual(problem);
});
