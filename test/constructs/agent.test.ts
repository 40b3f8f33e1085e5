import { Chart } from 'cdk8s';
import { type Construct } from 'constructs';
import { Agent, type AgentProps, Cluster, MCPServer, ModelAPI, Tools } from '../../constructs';
import { chart, envOf, find, problemsOf, synth, synthApp, validationError } from '../support/synth';

const tools = Tools.fromModule('test/constructs/tool-modules/greet.ts');

function agent(scope: Construct, id: string, props: Partial<AgentProps> = {}): Agent {
  const existing = scope.node.tryFindChild('models');
  const modelAPI =
    (existing as ModelAPI | undefined) ?? ModelAPI.proxy(scope, 'models', { models: ['gpt-4o'] });
  return new Agent(scope, id, { modelAPI, model: 'gpt-4o', ...props });
}

test('an agent is a Deployment and a Service, told where its model is', () => {
  const manifests = synth((scope) => agent(scope, 'lead'));
  const deployment = find(manifests, 'Deployment', 'agent-lead');
  expect(envOf(deployment)).toEqual({
    AGENT_NAME: 'lead',
    AGENT_PORT: '8000',
    MODEL_API_URL: 'http://modelapi-models.tests.svc.cluster.local:8000',
    MODEL_NAME: 'gpt-4o',
    MODEL_API_KEY_FILE: '/etc/kaos/secrets/modelapi-models/master-key',
    AGENTIC_LOOP_MAX_STEPS: '5',
    LOG_LEVEL: 'INFO',
  });
  expect(deployment.spec.template.spec.containers[0].command).toEqual(['node', '/app/agent.js']);
  expect(find(manifests, 'Service', 'agent-lead').spec).toEqual({
    type: 'ClusterIP',
    selector: { app: 'agent', agent: 'lead' },
    ports: [{ name: 'http', port: 8000, protocol: 'TCP', targetPort: 'http' }],
  });
});

test('an agent without instructions has no ConfigMap to change with', () => {
  const manifests = synth((scope) => agent(scope, 'lead', { instructions: '', description: '' }));
  const { metadata, spec } = find(manifests, 'Deployment', 'agent-lead').spec.template;
  expect(metadata.annotations).toBeUndefined();
  expect(spec.volumes.map((volume: { name: string }) => volume.name)).toEqual(['secret-0', 'tmp']);
});

test('instructions reach the process as a file, whatever is in them', () => {
  const instructions = 'Say "$(HOME)":\n\tpräzise, it\'s {{ safe }} \\n\n';
  const manifests = synth((scope) => agent(scope, 'lead', { instructions }));
  const deployment = find(manifests, 'Deployment', 'agent-lead');
  expect(find(manifests, 'ConfigMap', 'agent-lead-config').data).toEqual({
    'instructions.txt': instructions,
  });
  expect(envOf(deployment).AGENT_INSTRUCTIONS_FILE).toBe('/etc/kaos/agent/instructions.txt');
  expect(deployment.spec.template.spec.containers[0].volumeMounts).toContainEqual({
    name: 'config',
    mountPath: '/etc/kaos/agent',
    readOnly: true,
  });
});

test('a description is not expanded by Kubernetes', () => {
  const manifests = synth((scope) =>
    agent(scope, 'lead', { description: 'costs $5, $$, $(AGENT_NAME), $é' }),
  );
  expect(envOf(find(manifests, 'Deployment', 'agent-lead')).AGENT_DESCRIPTION).toBe(
    'costs $5, $$$, $$(AGENT_NAME), $$é',
  );
});

test('tool servers and sub-agents are called by address, those added later too', () => {
  const manifests = synth((scope) => {
    const lead = agent(scope, 'lead', { subAgents: [agent(scope, 'web-search')] });
    lead.use(new MCPServer(scope, 'echo-search', { tools }));
    lead.addSubAgent(agent(scope, 'analyst'));
    expect(lead.mcpServers.map(({ name }) => name)).toEqual(['echo-search']);
    expect(lead.subAgents.map(({ name }) => name)).toEqual(['web-search', 'analyst']);
  });
  expect(envOf(find(manifests, 'Deployment', 'agent-lead'))).toMatchObject({
    MCP_SERVERS: 'echo-search',
    'MCP_SERVER_echo-search_URL': 'http://mcpserver-echo-search.tests.svc.cluster.local:8000',
    PEER_AGENTS: 'analyst,web-search',
    PEER_AGENT_ANALYST_CARD_URL: 'http://agent-analyst.tests.svc.cluster.local:8000',
    PEER_AGENT_WEB_SEARCH_CARD_URL: 'http://agent-web-search.tests.svc.cluster.local:8000',
  });
});

test('collections are copies', () => {
  const scope = chart();
  const lead = agent(scope, 'lead');
  (lead.subAgents as Agent[]).push(agent(scope, 'other'));
  expect(lead.subAgents).toEqual([]);
});

test('the cluster domain is a setting', () => {
  const manifests = synthApp((app) => {
    Cluster.configure(app, { domain: 'kaos.internal' });
    agent(new Chart(app, 'research', { namespace: 'tests' }), 'lead');
  });
  const { MODEL_API_URL } = envOf(find(manifests, 'Deployment', 'agent-lead'));
  expect(MODEL_API_URL).toBe('http://modelapi-models.tests.svc.kaos.internal:8000');
});

test('without a namespace, addresses are short names', () => {
  const manifests = synthApp((app) => agent(new Chart(app, 'anywhere'), 'lead'));
  expect(envOf(find(manifests, 'Deployment', 'agent-lead')).MODEL_API_URL).toBe(
    'http://modelapi-models:8000',
  );
});

test('an agent tells where it and its card are', () => {
  const lead = agent(chart(), 'lead');
  expect(lead.url).toBe('http://agent-lead.tests.svc.cluster.local:8000');
  expect(lead.cardUrl).toBe('http://agent-lead.tests.svc.cluster.local:8000/.well-known/agent.json');
  expect(lead.service.name).toBe('agent-lead');
});

test.each([0, -1, 1.5, NaN, Infinity])('fails when maxSteps is %p', (maxSteps) => {
  const problem = `[research/lead] maxSteps is ${maxSteps}; give a whole number, 1 or more`;
  expect(problemsOf((scope) => agent(scope, 'lead', { maxSteps }))).toEqual([problem]);
});

test.each(['', '*', 'openai/*'])('fails when the model is %p', (model) => {
  const problem = `[research/lead] model is "${model}"; give the name of one model`;
  expect(problemsOf((scope) => agent(scope, 'lead', { model }))).toContain(problem);
});

test('fails when the gateway does not serve the model', () => {
  const build = () => synth((scope) => agent(scope, 'lead', { model: 'gpt-4' }));
  expect(build).toThrow(
    validationError('[research/lead] model "gpt-4" is not served by research/models; give one of gpt-4o'),
  );
});

test('fails when a tool server is given twice', () => {
  const build = (scope: Construct) => {
    const server = new MCPServer(scope, 'search', { tools });
    agent(scope, 'lead', { mcpServers: [server, server] });
  };
  expect(problemsOf(build)).toEqual(['[research/lead] tool server "search" is given twice; give it once']);
});

test('fails when two sub-agents of different scopes have the same name', () => {
  const build = (scope: Construct) => {
    const other = new Chart(scope, 'other', { namespace: 'others' });
    agent(scope, 'lead', { subAgents: [agent(scope, 'helper'), agent(other, 'helper')] });
  };
  expect(problemsOf(build)).toEqual([
    '[research/lead] the sub-agents research/helper and research/other/helper share the variable ' +
      'PEER_AGENT_HELPER_CARD_URL; give one of them another id',
  ]);
});

test('fails when an agent is its own sub-agent', () => {
  const build = (scope: Construct) => {
    const lead = agent(scope, 'lead');
    lead.addSubAgent(lead);
  };
  expect(problemsOf(build)).toEqual([
    '[research/lead] the agent is its own sub-agent; remove it from subAgents',
  ]);
});

test('fails when agents delegate in a circle', () => {
  const build = () =>
    synth((scope) => {
      const last = agent(scope, 'c');
      const middle = agent(scope, 'b', { subAgents: [last, agent(scope, 'leaf')] });
      agent(scope, 'a', { subAgents: [middle] });
      last.addSubAgent(middle);
    });
  expect(build).toThrow(
    validationError(
      '[research/b] agents delegate in a circle, research/b -> research/c -> research/b; leave one of them out of subAgents, or add it by addSubAgent with allowCycle',
    ),
  );
});
