import { Duration } from 'cdk8s';
import { Secret } from 'cdk8s-plus-28';
import { type Construct } from 'constructs';
import { Egress, MCPServer, type StdioToolsProps, Tools } from '../../../constructs';
import { envOf, find, type Manifest, problemsOf, synth } from '../../support/synth';

const IMAGE = 'registry.example.com/team/github-tools:1.4.0';
const COMMAND = ['mcp-server-github', 'stdio'];

function server(props: Partial<StdioToolsProps> = {}) {
  return (scope: Construct) =>
    new MCPServer(scope, 'github', { tools: Tools.stdio({ image: IMAGE, command: COMMAND, ...props }) });
}
const containerOf = (manifests: Manifest[]) =>
  find(manifests, 'Deployment', 'mcpserver-github').spec.template.spec.containers[0];

test('the image of the user runs our process, which is told of the command', () => {
  const manifests = synth(server());
  const container = containerOf(manifests);
  expect([container.image, container.command]).toEqual([IMAGE, ['node', '/app/mcp-server.js']]);
  expect(envOf(find(manifests, 'Deployment', 'mcpserver-github'))).toEqual({
    MCP_SERVER_NAME: 'github',
    MCP_STDIO_COMMAND: '["mcp-server-github","stdio"]',
    MCP_PORT: '8000',
    MCP_ALLOWED_HOSTS:
      'mcpserver-github,mcpserver-github.tests,mcpserver-github.tests.svc,mcpserver-github.tests.svc.cluster.local',
    LOG_LEVEL: 'INFO',
  });
  expect(manifests.map(({ kind }) => kind)).not.toContain('ConfigMap');
});

test('the command is given the variables that are for it, from Secrets too', () => {
  const manifests = synth((scope) => {
    const token = { secret: Secret.fromSecretName(scope, 'token', 'github'), key: 'token' };
    server({ env: { GITHUB_HOST: 'github.example.com' }, secrets: { GITHUB_TOKEN: token } })(scope);
  });
  expect(envOf(find(manifests, 'Deployment', 'mcpserver-github'))).toMatchObject({
    MCP_STDIO_ENV: 'GITHUB_HOST,GITHUB_TOKEN',
    GITHUB_HOST: 'github.example.com',
  });
  expect(containerOf(manifests).env).toContainEqual({
    name: 'GITHUB_TOKEN',
    valueFrom: { secretKeyRef: { name: 'github', key: 'token' } },
  });
});

test('how many processes run, for how long, and how long a call may take', () => {
  const settings = { poolSize: 2, idleTimeout: Duration.minutes(1), toolTimeout: Duration.hours(1) };
  expect(envOf(find(synth(server(settings)), 'Deployment', 'mcpserver-github'))).toMatchObject({
    MCP_STDIO_POOL_SIZE: '2',
    MCP_STDIO_IDLE_MS: '60000',
    MCP_TOOL_TIMEOUT_MS: '3600000',
  });
});

test('its network policy lets it call what it is said to call, and what the server is', () => {
  const manifests = synth(
    (scope) =>
      new MCPServer(scope, 'github', {
        tools: Tools.stdio({ image: IMAGE, command: COMMAND, egress: [Egress.toInternet()] }),
        egress: [Egress.toCidr('10.1.0.0/16', 5432)],
      }),
  );
  const { egress } = find(manifests, 'NetworkPolicy', 'mcpserver-github').spec;
  const ports = egress.flatMap((rule: Manifest) => rule.ports.map(({ port }: Manifest) => port));
  expect(ports).toEqual(expect.arrayContaining([443, 5432]));
});

test.each<[command: string[], installer: string]>([
  [['npx', '-y', '@modelcontextprotocol/server-everything@2026.8.31'], 'npx'],
  [['/usr/local/bin/npx', 'server'], 'npx'],
  [['npm', '--yes', 'exec', 'server'], 'npm exec'],
  [['pnpm', 'dlx', 'server'], 'pnpm dlx'],
  [['bunx', 'server'], 'bunx'],
  [['uvx', 'mcp-server-time'], 'uvx'],
  [['uv', 'tool', 'run', 'mcp-server-time'], 'uv tool'],
  [['pipx', 'run', 'mcp-server-time'], 'pipx'],
  [['python3.12', '-m', 'pip', 'install', 'mcp-server-time'], 'pip'],
  [['env', 'NODE_ENV=production', 'npx', 'server'], 'npx'],
  [['sh', '-c', 'cd /srv && FORCE=1 npx -y server'], 'npx'],
  [['bash', '-lc', 'pip install x; mcp-server'], 'pip'],
])('fails when the command is %j', (command, installer) => {
  expect(problemsOf(server({ command }))).toEqual([
    `[research/github] command begins with ${installer}, which installs when a pod starts; ` +
      'install a pinned version in the image, as runtime/Dockerfile.stdio shows, and give its command',
  ]);
});

test.each([
  [['mcp-server-time', '--via', 'npx']],
  [['npm', 'start']],
  [['python', '-m', 'mcp_server_time']],
  [['sh', '-c', 'exec mcp-server "$@"']],
])('the command may be %j', (command) => {
  expect(problemsOf(server({ command }))).toEqual([]);
});

test.each<[why: string, props: Partial<StdioToolsProps>, problem: string]>([
  [
    'the command is empty',
    { command: [] },
    "command is empty; give the command and its arguments, such as ['mcp-server', 'stdio']",
  ],
  [
    'the image is not pinned',
    { image: 'example.com/tools:latest' },
    'image is "example.com/tools:latest"; give a tag other than latest, or a digest',
  ],
  ['there is no pool', { poolSize: 0 }, 'poolSize is 0; give a whole number from 1 to 64'],
  ['the pool is too large', { poolSize: 65 }, 'poolSize is 65; give a whole number from 1 to 64'],
  [
    'a call may take no time',
    { toolTimeout: Duration.millis(0) },
    'toolTimeout is 0 ms; give 1 to 2147483647 ms',
  ],
  [
    'a variable is our own',
    { env: { OTEL_SERVICE_NAME: 'x' } },
    'env has "OTEL_SERVICE_NAME", which is our own process\'s; leave it out',
  ],
  ['a variable has no name', { env: { 'A,B': 'x' } }, 'env has "A,B"; give names of letters, digits and "_"'],
  [
    'a secret stands in clear text',
    { env: { GITHUB_TOKEN: 'x' } },
    'env.GITHUB_TOKEN holds a secret in clear text, going by its name; give it in secrets, as a SecretValue',
  ],
  [
    'a secret is none',
    { secrets: { GITHUB_TOKEN: 'x' as never } },
    'secrets.GITHUB_TOKEN is of type string; give a SecretValue',
  ],
])('fails when %s', (_why, props, problem) => {
  expect(problemsOf(server(props))).toEqual([`[research/github] ${problem}`]);
});

test('fails when a variable has two values', () => {
  const build = (scope: Construct) => {
    const token = { secret: Secret.fromSecretName(scope, 'token', 'github'), key: 'token' };
    server({ env: { HOST: 'a' }, secrets: { HOST: token } })(scope);
  };
  expect(problemsOf(build)).toEqual([
    '[research/github] "HOST" is in env and in secrets; leave one of them out',
  ]);
});

test('fails when there is no command', () => {
  expect(problemsOf(server({ command: undefined as never }))).toEqual([
    '[research/github] command is missing; give a list',
  ]);
});
