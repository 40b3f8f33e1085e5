import { Secret, type SecretValue } from 'cdk8s-plus-28';
import { type Construct } from 'constructs';
import { Agent, Egress, type ExternalMCPServerProps, MCPServer, ModelAPI } from '../../../constructs';
import { agentConfigFromEnv } from '../../../runtime/contract';
import { chart, envOf, find, problemsOf, synth } from '../../support/synth';

const URL = 'https://tickets.example.com/v1/mcp';

type Props = Partial<ExternalMCPServerProps>;

function key(scope: Construct, name: string): SecretValue {
  return { secret: Secret.fromSecretName(scope, name, name), key: 'value' };
}

function lead(scope: Construct): Agent {
  const url = 'https://llm.example.com';
  const modelAPI = ModelAPI.fromUrl(scope, 'models', { url, models: ['gpt-4o'] });
  return new Agent(scope, 'lead', { modelAPI, model: 'gpt-4o' });
}

/** The manifests of an agent that uses such a server. */
function manifestsOf(props: (scope: Construct) => Props) {
  return synth((scope) =>
    lead(scope).use(MCPServer.fromUrl(scope, 'tickets', { url: URL, ...props(scope) })),
  );
}

test('nothing is rendered for it', () => {
  expect(synth((scope) => MCPServer.fromUrl(scope, 'tickets', { url: URL }))).toEqual([]);
});

test('an agent is told where it is, and what to show it from which files', () => {
  const manifests = manifestsOf((scope) => ({
    apiKey: key(scope, 'tickets-key'),
    headers: { 'X-Tenant': key(scope, 'tenant'), 'X-Api-Version': key(scope, 'version') },
  }));
  expect(agentConfigFromEnv(envOf(find(manifests, 'Deployment', 'agent-lead'))).mcpServers).toEqual([
    {
      name: 'tickets',
      url: URL,
      isExternal: true,
      apiKeyFile: '/etc/kaos/secrets/tickets-key/value',
      headers: [
        { name: 'X-Api-Version', file: '/etc/kaos/secrets/version/value' },
        { name: 'X-Tenant', file: '/etc/kaos/secrets/tenant/value' },
      ],
    },
  ]);
});

test.each([
  ['https://a.example.com', 'https://a.example.com/mcp'],
  ['https://a.example.com/', 'https://a.example.com/mcp'],
  ['https://a.example.com?team=b', 'https://a.example.com/mcp?team=b'],
  ['https://a.example.com/sse/', 'https://a.example.com/sse/'],
])('%s is asked at %s', (url, mcpUrl) => {
  expect(MCPServer.fromUrl(chart(), 'tickets', { url }).mcpUrl).toBe(mcpUrl);
});

test.each<[Props, number]>([
  [{}, 443],
  [{ url: 'https://a.example.com:8443/mcp' }, 8443],
  [{ egress: Egress.toCidr('192.0.2.0/24', 9000) }, 9000],
])('the firewall lets agents out to %j', (props, port) => {
  const policy = find(
    manifestsOf(() => props),
    'NetworkPolicy',
    'agent-lead',
  );
  const rules: { ports?: { port: number }[] }[] = policy.spec.egress;
  expect(rules.flatMap(({ ports = [] }) => ports.map((one) => one.port))).toContain(port);
});

test.each<[why: string, props: (scope: Construct) => Props, problem: string]>([
  ['the URL is none', () => ({ url: 'tickets' }), 'url is "tickets"; give an http or https URL'],
  ['it is of another kind', () => ({ url: 'ws://a' }), 'url is "ws://a"; give an http or https URL'],
  [
    'it holds a user, without repeating it',
    () => ({ url: 'https://canary@a.example.com/mcp' }),
    'url holds a user; give apiKey or headers, from a Secret',
  ],
  ['it has a fragment', () => ({ url: `${URL}#a` }), 'url ends in "#a"; leave that out'],
  [
    'a header is one that agents set',
    (scope) => ({ headers: { Host: key(scope, 'a') } }),
    'headers has "Host", which agents set themselves; leave it out',
  ],
  [
    'a header cannot be',
    (scope) => ({ headers: { 'X Team': key(scope, 'a') } }),
    'headers has "X Team"; give names of HTTP headers',
  ],
  [
    'two headers share a variable',
    (scope) => ({ headers: { 'X-Team': key(scope, 'a'), 'x-team': key(scope, 'b') } }),
    'headers has "X-Team" and "x-team", which share the variable MCP_SERVER_tickets_HEADER_X_TEAM; leave one out',
  ],
  [
    'the key would be shown twice',
    (scope) => ({ apiKey: key(scope, 'a'), headers: { Authorization: key(scope, 'b') } }),
    'headers has "Authorization" beside apiKey; give one of the two',
  ],
  [
    'a header is a text, without repeating it',
    () => ({ headers: { 'X-Team': 'canary' as never } }),
    'headers.X-Team is of type string; give a SecretValue',
  ],
])('fails when %s', (_why, props, problem) => {
  const build = (scope: Construct) => MCPServer.fromUrl(scope, 'tickets', { url: URL, ...props(scope) });
  expect(problemsOf(build)).toEqual([`[research/tickets] ${problem}`]);
});

test('fails when an agent is to use a tool that it does not have', () => {
  const build = (scope: Construct) => {
    const tickets = MCPServer.fromUrl<string>(scope, 'tickets', { url: URL, tools: ['open', 'close'] });
    lead(scope).use(tickets, { tools: ['opne'] });
  };
  expect(problemsOf(build)).toEqual([
    '[research/lead] tools of tool server "tickets" has "opne", which it does not offer; give some of open, close',
  ]);
});
