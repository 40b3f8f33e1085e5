import { Chart, Duration } from 'cdk8s';
import { Secret, type SecretValue } from 'cdk8s-plus-28';
import { type Construct } from 'constructs';
import {
  Agent,
  type AgentProps,
  MCPServer,
  Memory,
  ModelAPI,
  Tools,
  type ToolUse,
} from '../../../constructs';
import { agentConfigFromEnv, mcpServerConfigFromEnv } from '../../../runtime/contract';
import { envOf, find, type Manifest, problemsOf, synth } from '../../support/synth';

const tools = Tools.fromModule('test/constructs/tool-modules/greet.ts');

function agent(scope: Construct, id: string, props: Partial<AgentProps> = {}): Agent {
  const existing = scope.node.tryFindChild('models');
  const modelAPI =
    (existing as ModelAPI | undefined) ?? ModelAPI.proxy(scope, 'models', { models: ['gpt-4o'] });
  return new Agent(scope, id, { modelAPI, model: 'gpt-4o', ...props });
}

function key(scope: Construct, name: string): SecretValue {
  const existing = scope.node.tryFindChild(name) as Secret | undefined;
  return { secret: existing ?? Secret.fromSecretName(scope, name, name), key: 'key' };
}

/** An agent that uses a server so, and what both are told. */
function used(
  use: (scope: Construct) => ToolUse,
  server: (scope: Construct) => { apiKeys?: SecretValue } = () => ({}),
) {
  const manifests = synth((scope) => {
    agent(scope, 'lead').use(new MCPServer(scope, 'greeter', { tools, ...server(scope) }), use(scope));
  });
  const lead = find(manifests, 'Deployment', 'agent-lead');
  const greeter = find(manifests, 'Deployment', 'mcpserver-greeter');
  return {
    agent: agentConfigFromEnv(envOf(lead)),
    server: mcpServerConfigFromEnv(envOf(greeter)),
    secretsOf: { agent: secretsIn(lead), server: secretsIn(greeter) },
  };
}

function secretsIn(deployment: Manifest): string[] {
  const volumes: { secret?: { secretName: string } }[] = deployment.spec.template.spec.volumes;
  return volumes.flatMap(({ secret }) => secret?.secretName ?? []);
}

test('an agent is told of which tools and for how long', () => {
  const { agent } = used(() => ({ tools: ['wave', 'greet'], timeout: Duration.seconds(5) }));
  expect(agent.mcpServers).toMatchObject([{ name: 'greeter', tools: ['greet', 'wave'], timeoutMs: 5000 }]);
});

test('without options it is the same as in mcpServers', () => {
  const server = (scope: Construct) => new MCPServer(scope, 'greeter', { tools });
  const listed = synth((scope) => {
    const greeter = server(scope);
    agent(scope, 'lead', { mcpServers: [greeter] });
  });
  const added = synth((scope) => {
    const greeter = server(scope);
    agent(scope, 'lead').use(greeter);
  });
  expect(added).toEqual(listed);
});

test.each<[ToolUse['approval'], string[]]>([
  ['always', ['wipe', 'greeter/*']],
  [
    ['greet', 'wave'],
    ['wipe', 'greeter/greet', 'greeter/wave'],
  ],
])('approval %j is told beside toolApproval', (approval, patterns) => {
  const manifests = synth((scope) => {
    const lead = agent(scope, 'lead', { toolApproval: ['wipe'] });
    lead.use(new MCPServer(scope, 'greeter', { tools }), { approval });
  });
  expect(agentConfigFromEnv(envOf(find(manifests, 'Deployment', 'agent-lead'))).toolApproval).toEqual(
    patterns,
  );
});

test('the shared key of a server is shown by its agents', () => {
  const { agent, server, secretsOf } = used(
    () => ({}),
    (scope) => ({ apiKeys: key(scope, 'shared') }),
  );
  const file = '/etc/kaos/secrets/shared/key';
  expect(agent.mcpServers).toMatchObject([{ apiKeyFile: file }]);
  expect(server).toMatchObject({ apiKeysFile: file, callers: [] });
  expect(secretsOf).toMatchObject({ agent: expect.arrayContaining(['shared']), server: ['shared'] });
});

test('a key of the agent’s own is known to both, and is for its tools alone', () => {
  const { agent, server, secretsOf } = used((scope) => ({ apiKey: key(scope, 'own'), tools: ['greet'] }));
  const apiKeyFile = '/etc/kaos/secrets/own/key';
  expect(agent.mcpServers).toMatchObject([{ apiKeyFile, tools: ['greet'] }]);
  expect(server).toMatchObject({
    apiKeysFile: undefined,
    callers: [{ name: 'lead', apiKeyFile, tools: ['greet'] }],
  });
  expect(secretsOf).toMatchObject({ agent: expect.arrayContaining(['own']), server: ['own'] });
});

test('two agents of one name are told apart by their namespaces', () => {
  const manifests = synth((scope) => {
    const server = new MCPServer(scope, 'greeter', { tools });
    const other = new Chart(scope, 'other', { namespace: 'others' });
    for (const place of [scope, other])
      agent(place, 'lead').use(server, { apiKey: key(place, 'own'), tools: ['greet'] });
  });
  const { callers } = mcpServerConfigFromEnv(envOf(find(manifests, 'Deployment', 'mcpserver-greeter')));
  expect(callers.map(({ name }) => name)).toEqual(['others.lead', 'tests.lead']);
});

test.each<[why: string, use: ToolUse, problem: string]>([
  [
    'no tool is named',
    { tools: [] },
    'tools of tool server "greeter" is empty; give at least one, or leave it out',
  ],
  [
    'a tool is named twice',
    { tools: ['a', 'a'] },
    'tools of tool server "greeter" has "a" twice; give it once',
  ],
  [
    'a tool can have no such name',
    { tools: ['a,b'] },
    'tools of tool server "greeter" has "a,b"; give names of tools',
  ],
  [
    'what waits for approval is no tool that it may use',
    { tools: ['a'], approval: ['b'] },
    'approval of tool server "greeter" has "b", which tools has not; add it there, or leave it out',
  ],
  [
    'the time is none',
    { timeout: Duration.millis(0) },
    'timeout of tool server "greeter" is 0 ms; give 1 to 2147483647 ms',
  ],
  ['the key is a text', { apiKey: 'canary' as never }, 'apiKey is of type string; give a SecretValue'],
])('fails when %s', (_why, use, problem) => {
  const build = (scope: Construct) =>
    agent(scope, 'lead').use(new MCPServer(scope, 'greeter', { tools }), use);
  expect(problemsOf(build)).toEqual([`[research/lead] ${problem}`]);
});

test('fails when calls that wait for approval are not kept', () => {
  const build = (scope: Construct) => {
    const lead = agent(scope, 'lead', { memory: Memory.none() });
    lead.use(new MCPServer(scope, 'greeter', { tools }), { approval: 'always' });
  };
  expect(problemsOf(build)).toEqual([
    '[research/lead] approval of tool server "greeter" is given beside Memory.none(); give a memory, which keeps the calls that wait',
  ]);
});

test('fails when another has a key, and an agent has none', () => {
  const build = (scope: Construct) => {
    const server = new MCPServer(scope, 'greeter', { tools });
    agent(scope, 'lead').use(server, { apiKey: key(scope, 'own') });
    agent(scope, 'helper').use(server);
  };
  expect(problemsOf(build)).toEqual([
    '[research/helper] no key is shown to tool server "greeter", which asks for one; give apiKey to use(…)',
  ]);
});

test('fails when a key is made in another namespace than the server’s', () => {
  const build = (scope: Construct) => {
    const other = new Chart(scope, 'other', { namespace: 'others' });
    const secret = new Secret(other, 'own', { stringData: {} });
    agent(other, 'lead').use(new MCPServer(scope, 'greeter', { tools }), { apiKey: { secret, key: 'key' } });
  };
  expect(problemsOf(build)).toEqual([
    expect.stringMatching(
      /^\[research\/greeter\] Secret ".*" is made by research\/other\/own in namespace "others"/,
    ),
  ]);
});
