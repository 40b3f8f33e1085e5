import { Chart } from 'cdk8s';
import { type Construct } from 'constructs';
import { Callers, Exposure, MCPServer, type MCPServerProps, Tools } from '../../../constructs';
import { envOf, find, problemsOf, synth, synthApp } from '../../support/synth';

const OWN = [
  'mcpserver-greeter',
  'mcpserver-greeter.tests',
  'mcpserver-greeter.tests.svc',
  'mcpserver-greeter.tests.svc.cluster.local',
];
const callers = Callers.inNamespace('edge');
const gateway = { name: 'public', namespace: 'edge' };

function server(scope: Construct, props: Partial<MCPServerProps> = {}): MCPServer {
  const tools = Tools.fromModule('test/constructs/tool-modules/greet.ts');
  return new MCPServer(scope, 'greeter', { tools, ...props });
}

function env(props: Partial<MCPServerProps>): Record<string, string> {
  return envOf(
    find(
      synth((scope) => server(scope, props)),
      'Deployment',
      'mcpserver-greeter',
    ),
  );
}

test.each<[why: string, props: Partial<MCPServerProps>, more: string[]]>([
  ['its Service has', {}, []],
  [
    'its Ingress has',
    { expose: Exposure.ingress({ host: 'tools.example.com', callers }) },
    ['tools.example.com'],
  ],
  [
    'its route has',
    { expose: Exposure.gateway({ gateway, hostnames: ['a.example.com', '*.b.example.com'] }) },
    ['a.example.com', '*.b.example.com'],
  ],
  ['it is given', { allowedHosts: ['tools.example.com'] }, ['tools.example.com']],
])('a server answers to the names that %s', (_why, props, more) => {
  expect(env(props).MCP_ALLOWED_HOSTS).toBe([...OWN, ...more].join(','));
  expect(env(props).MCP_ALLOWED_ORIGINS).toBeUndefined();
});

test('a server answers to any name where a Gateway decides, or nobody says its namespace', () => {
  expect(env({ expose: Exposure.gateway({ gateway }) }).MCP_ALLOWED_HOSTS).toBeUndefined();
  const manifests = synthApp((app) => server(new Chart(app, 'research')));
  expect(envOf(find(manifests, 'Deployment', 'mcpserver-greeter')).MCP_ALLOWED_HOSTS).toBeUndefined();
});

test('pages of the origins that it is given may call it', () => {
  const allowedOrigins = ['https://chat.example.com', 'http://localhost:3000'];
  expect(env({ allowedOrigins }).MCP_ALLOWED_ORIGINS).toBe('https://chat.example.com,http://localhost:3000');
});

test('fails when an origin has a path, or a name a port', () => {
  const props = { allowedOrigins: ['https://a.example.com/'], allowedHosts: ['tools.example.com:8000'] };
  expect(problemsOf((scope) => server(scope, props))).toEqual([
    '[research/greeter] allowedOrigins has "https://a.example.com/"; give scheme and host, without a path',
    '[research/greeter] allowedHosts has "tools.example.com:8000"; give a name such as tools.example.com',
  ]);
});
