import { Chart } from 'cdk8s';
import { type Construct } from 'constructs';
import {
  Agent,
  Callers,
  Cluster,
  Egress,
  MCPServer,
  ModelAPI,
  OtlpExporter,
  TelemetryStack,
  Tools,
} from '../../../constructs';
import { find, type Manifest, problemsOf, synth, synthApp } from '../../support/synth';

const tools = Tools.fromModule('test/constructs/tool-modules/greet.ts');
const DNS = {
  to: [
    {
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
      podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
    },
  ],
  ports: [
    { port: 53, protocol: 'UDP' },
    { port: 53, protocol: 'TCP' },
  ],
};
const agentPods = (agent: string) => ({ podSelector: { matchLabels: { app: 'agent', agent } } });
const port = (number: number) => [{ port: number, protocol: 'TCP' }];

function models(scope: Construct): ModelAPI<'gpt-4o'> {
  return ModelAPI.proxy(scope, 'models', { models: ['gpt-4o'] });
}

function policyOf(manifests: readonly Manifest[], name: string): Manifest {
  return find(manifests, 'NetworkPolicy', name).spec;
}

test('a workload that calls nobody may ask DNS and no more', () => {
  const manifests = synth((scope) => new MCPServer(scope, 'greeter', { tools }));
  expect(policyOf(manifests, 'mcpserver-greeter')).toEqual({
    podSelector: { matchLabels: { app: 'mcpserver', mcpserver: 'greeter' } },
    policyTypes: ['Ingress', 'Egress'],
    egress: [DNS],
  });
});

test('an edge opens both ends, on the port of whoever is called', () => {
  const manifests = synth((scope) => {
    const modelAPI = models(scope);
    const mcpServers = [new MCPServer(scope, 'greeter', { tools })];
    const helper = new Agent(scope, 'helper', { modelAPI, model: 'gpt-4o', mcpServers });
    new Agent(scope, 'lead', { modelAPI, model: 'gpt-4o', subAgents: [helper] });
  });
  expect(policyOf(manifests, 'agent-helper')).toMatchObject({
    ingress: [{ from: [agentPods('lead')], ports: port(8000) }],
    egress: [
      DNS,
      {
        to: [
          { podSelector: { matchLabels: { app: 'mcpserver', mcpserver: 'greeter' } } },
          { podSelector: { matchLabels: { app: 'modelapi', modelapi: 'models' } } },
        ],
        ports: port(8000),
      },
    ],
  });
  expect(policyOf(manifests, 'modelapi-models').ingress).toEqual([
    { from: [agentPods('helper'), agentPods('lead')], ports: port(8000) },
  ]);
  expect(policyOf(manifests, 'agent-lead')).not.toHaveProperty('ingress');
});

test('a gateway reaches public addresses alone', () => {
  const { egress } = policyOf(synth(models), 'modelapi-models');
  expect(egress[0]).toEqual({
    to: [
      {
        ipBlock: {
          cidr: '0.0.0.0/0',
          except: [
            '10.0.0.0/8',
            '100.64.0.0/10',
            '168.63.129.16/32',
            '169.254.0.0/16',
            '172.16.0.0/12',
            '192.168.0.0/16',
          ],
        },
      },
    ],
    ports: port(443),
  });
});

test('all that report to a collector reach it on the port for OTLP', () => {
  const manifests = synth((scope) => {
    new MCPServer(scope, 'greeter', { tools });
    new MCPServer(scope, 'quiet', { tools, telemetry: { enabled: false } });
    new TelemetryStack(scope, 'telemetry', { exporters: [OtlpExporter.signoz()] });
  });
  const pods = (labels: Record<string, string>) => ({ podSelector: { matchLabels: labels } });
  expect(policyOf(manifests, 'otel-collector-telemetry').ingress).toEqual([
    { from: [pods({ app: 'mcpserver', mcpserver: 'greeter' })], ports: port(4317) },
  ]);
  expect(policyOf(manifests, 'mcpserver-greeter').egress).toContainEqual({
    to: [pods({ app: 'otel-collector', 'otel-collector': 'telemetry' })],
    ports: port(4317),
  });
  expect(policyOf(manifests, 'mcpserver-quiet').egress).toEqual([DNS]);
});

test('pods of other namespaces are named with them', () => {
  const manifests = synthApp((app) => {
    const modelAPI = models(new Chart(app, 'shared', { namespace: 'shared' }));
    new Agent(new Chart(app, 'team', { namespace: 'team' }), 'lead', { modelAPI, model: 'gpt-4o' });
  });
  const namespace = (name: string) => ({
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } },
  });
  expect(policyOf(manifests, 'modelapi-models').ingress[0].from).toEqual([
    { ...namespace('team'), ...agentPods('lead') },
  ]);
  expect(policyOf(manifests, 'agent-lead').egress).toContainEqual({
    to: [{ ...namespace('shared'), podSelector: { matchLabels: { app: 'modelapi', modelapi: 'models' } } }],
    ports: port(8000),
  });
});

test('DNS and the Kubernetes API are where the cluster says', () => {
  const manifests = synthApp((app) => {
    Cluster.configure(app, {
      dns: {
        namespace: 'openshift-dns',
        podLabels: { dns: 'default' },
        port: 5353,
        cidrs: ['169.254.20.10/32'],
      },
    });
    new MCPServer(new Chart(app, 'one'), 'greeter', { tools });
  });
  const { egress } = policyOf(manifests, 'mcpserver-greeter');
  expect(egress.map(({ ports }: Manifest) => ports.map((each: Manifest) => each.port))).toEqual([
    [5353, 5353],
    [53, 53],
  ]);
});

test('callers from outside the graph are let in as declared', () => {
  const manifests = synth((scope) => {
    const { endpoint } = new Agent(scope, 'lead', { modelAPI: models(scope), model: 'gpt-4o' });
    endpoint.mayBeCalledBy(Callers.inNamespace('chat', { app: 'ui' }));
    endpoint.mayBeCalledBy(Callers.fromCidr('10.1.0.0/16'));
  });
  expect(policyOf(manifests, 'agent-lead').ingress).toEqual([
    {
      from: [
        { ipBlock: { cidr: '10.1.0.0/16' } },
        {
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'chat' } },
          podSelector: { matchLabels: { app: 'ui' } },
        },
      ],
      ports: port(8000),
    },
  ]);
});

test('everybody is a rule without peers, and does not hide in one with them', () => {
  const manifests = synth((scope) => {
    const { endpoint } = new Agent(scope, 'lead', { modelAPI: models(scope), model: 'gpt-4o' });
    endpoint.mayBeCalledBy(Callers.anywhere());
    endpoint.mayBeCalledBy(Callers.inNamespace('chat'));
  });
  const { ingress } = policyOf(manifests, 'agent-lead');
  expect(ingress).toHaveLength(2);
  expect(ingress).toContainEqual({ ports: port(8000) });
});

test.each([
  ['https://api.openai.com/v1', 'ipBlock 0.0.0.0/0', [443]],
  ['http://models.corp.example:8080', 'ipBlock 0.0.0.0/0', [8080]],
  ['http://10.0.0.7:11434', 'ipBlock 10.0.0.7/32', [11434]],
  ['http://[fd00::7]/v1', 'ipBlock fd00::7/128', [80]],
  ['http://ollama.models.svc.cluster.local:11434', 'namespace models', []],
  ['http://ollama.models.svc', 'namespace models', []],
  ['redis://redis-0.redis.data.svc.cluster.local:6379', 'namespace data', []],
  ['http://ollama:11434', 'own namespace', []],
  ['https://x.ai/v1', 'ipBlock 0.0.0.0/0', [443]],
])('egress to %s goes to %s', (url, place, ports) => {
  const egress = Egress.toUrl(url);
  const [peer] = egress.peers;
  const shown = peer?.ipBlock
    ? `ipBlock ${peer.ipBlock.cidr}`
    : peer?.namespaceSelector
      ? `namespace ${peer.namespaceSelector.matchLabels?.['kubernetes.io/metadata.name']}`
      : 'own namespace';
  expect([shown, egress.ports]).toEqual([place, ports]);
});

test('egress to a name without dots goes to the own namespace', () => {
  const manifests = synth((scope) => {
    new MCPServer(scope, 'greeter', { tools }).endpoint.mayCall(Egress.toUrl('http://redis:6379'));
  });
  expect(policyOf(manifests, 'mcpserver-greeter').egress).toEqual([DNS, { to: [{ podSelector: {} }] }]);
});

test('fails when a chart that is called from another has no namespace', () => {
  const build = (scope: Construct) => {
    const modelAPI = models(new Chart(scope, 'shared', { disableResourceNameHashes: true }));
    new Agent(scope, 'lead', { modelAPI, model: 'gpt-4o' });
  };
  expect(problemsOf(build)).toEqual([
    '[research/lead] it calls research/shared/models, and chart research/shared has no namespace; give both charts one',
  ]);
});

test('fails when addresses are none', () => {
  const build = (scope: Construct) => {
    const { endpoint } = new MCPServer(scope, 'greeter', { tools });
    endpoint.mayCall(Egress.toCidr('10.0.0.0/33', 443));
    endpoint.mayCall(Egress.toUrl('nowhere'));
    endpoint.mayBeCalledBy(Callers.fromCidr('999.0.0.0/8'));
  };
  expect(problemsOf(build)).toEqual([
    '[research/greeter] egress goes to "10.0.0.0/33"; give an address that exists in that form',
    '[research/greeter] egress goes to "nowhere"; give an address that exists in that form',
    '[research/greeter] callers come from "999.0.0.0/8"; give a CIDR such as 10.0.0.0/8, or the name of a namespace',
  ]);
});

test('what is called and who calls from outside may be said as props', () => {
  const manifests = synth((scope) => {
    const egress = [Egress.toCidr('10.2.0.0/16', 5432)];
    new MCPServer(scope, 'greeter', { tools, egress, callers: [Callers.inNamespace('chat')] });
  });
  const { egress, ingress } = policyOf(manifests, 'mcpserver-greeter');
  expect(egress).toContainEqual({ to: [{ ipBlock: { cidr: '10.2.0.0/16' } }], ports: port(5432) });
  expect(ingress).toEqual([
    {
      from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'chat' } } }],
      ports: port(8000),
    },
  ]);
});

test('where a private provider is takes the place of the public internet', () => {
  const manifests = synth((scope) => {
    const apiBaseEgress = Egress.toCidr('10.3.0.0/16', 8443);
    const models = [
      'a',
      { name: 'b', apiBase: 'https://b.corp.example', apiBaseEgress: Egress.toCidr('10.4.0.0/16') },
    ];
    ModelAPI.proxy(scope, 'models', { models, apiBase: 'https://a.corp.example:8443', apiBaseEgress });
  });
  const blocks = policyOf(manifests, 'modelapi-models').egress.flatMap(({ to }: Manifest) =>
    to.flatMap(({ ipBlock }: Manifest) => ipBlock?.cidr ?? []),
  );
  expect(blocks.sort()).toEqual(['10.3.0.0/16', '10.4.0.0/16']);
});

test('where a backend of telemetry is may be said, and ports of pods are not those of Services', () => {
  const manifests = synth((scope) => {
    const egress = Egress.toCidr('10.5.0.0/16', 4317);
    const exporters = [OtlpExporter.otlp({ endpoint: 'otlp.corp.example:4317', egress })];
    new TelemetryStack(scope, 'telemetry', { exporters });
    const inner = new Chart(scope, 'inner', { namespace: 'inner' });
    const endpoint = 'http://alloy.monitoring.svc:80';
    TelemetryStack.fromEndpoint(inner, 'alloy', { endpoint, egress: Egress.toNamespace('monitoring') });
    new MCPServer(inner, 'greeter', { tools });
  });
  expect(policyOf(manifests, 'otel-collector-telemetry').egress).toContainEqual({
    to: [{ ipBlock: { cidr: '10.5.0.0/16' } }],
    ports: port(4317),
  });
  expect(policyOf(manifests, 'mcpserver-greeter').egress).toContainEqual({
    to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }],
  });
});

test('fails when a name may be a Service or a domain', () => {
  const build = (scope: Construct) => {
    const { endpoint } = new MCPServer(scope, 'greeter', { tools });
    endpoint.mayCall(Egress.toHost('redis.data', 6379));
    endpoint.mayCall(Egress.toUrl('http://vllm.models:8000/v1'));
  };
  expect(problemsOf(build)).toEqual([
    '[research/greeter] "redis.data" may be a Service or a domain; write redis.data.svc, or give egress',
    '[research/greeter] "vllm.models" may be a Service or a domain; write vllm.models.svc, or give egress',
  ]);
});
