import { type Chart } from 'cdk8s';
import {
  Agent,
  ArgoApplication,
  ArgoApps,
  Callers,
  Exposure,
  ExternalSecret,
  MCPServer,
  ModelAPI,
  TelemetryStack,
  Tools,
} from '../../constructs';
import { problemsOf } from '../support/synth';

/** Props as a file may hold them, which no compiler has seen. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- anything is what a file may hold
function fromFile(props: object | null = {}): any {
  return props;
}

type Build = (chart: Chart) => void;

const tools = Tools.fromModule('test/constructs/tool-modules/greet.ts');

function exposed(chart: Chart, expose: Exposure): void {
  new MCPServer(chart, 'greeter', { tools, expose });
}

test.each<[string, Build, string[]]>([
  [
    'an agent has neither gateway nor model',
    (chart) => new Agent(chart, 'lead', fromFile()),
    [
      '[research/lead] modelAPI is missing; give a construct',
      '[research/lead] model is missing; give a text',
    ],
  ],
  [
    'a gateway is a text, and so is a key, which is not repeated',
    (chart) =>
      new Agent(chart, 'lead', fromFile({ modelAPI: 'models', model: 'gpt-4o', apiKeys: 'hunter2' })),
    [
      '[research/lead] modelAPI is of type string; give a construct',
      '[research/lead] apiKeys is of type string; give a SecretValue',
    ],
  ],
  [
    'a model is missing beside its gateway',
    (chart) => {
      const modelAPI = ModelAPI.proxy(chart, 'models', { models: ['openai/*', 'gpt-4o'] });
      new Agent(chart, 'lead', fromFile({ modelAPI }));
    },
    ['[research/lead] model is missing; give a text'],
  ],
  [
    'a proxy has no models',
    (chart) => ModelAPI.proxy(chart, 'models', fromFile({ masterKey: 'x' })),
    [
      '[research/models] models is missing; give a list',
      '[research/models] masterKey is of type string; give a SecretValue',
      '[research/models] models is empty; name at least one, or "*" for all',
    ],
  ],
  [
    'a hosted model has none',
    (chart) => ModelAPI.hosted(chart, 'models', fromFile()),
    [
      '[research/models] models is missing; give a list',
      '[research/models] models is empty; name at least one',
    ],
  ],
  [
    'what somebody else runs is nowhere',
    (chart) => {
      ModelAPI.fromUrl(chart, 'models', fromFile({ models: ['*'] }));
      Agent.fromUrl(chart, 'other', fromFile());
    },
    ['[research/models] url is missing; give a text', '[research/other] url is missing; give a text'],
  ],
  [
    'a stack has no exporters',
    (chart) => new TelemetryStack(chart, 'telemetry', fromFile()),
    [
      '[research/telemetry] exporters is missing; give a list',
      '[research/telemetry] exporters is empty; give at least one, such as OtlpExporter.signoz()',
    ],
  ],
  [
    'an external Secret has neither store nor data',
    (chart) => new ExternalSecret(chart, 'secret', fromFile()),
    [
      '[research/secret] store is missing; give an object',
      '[research/secret] data is missing; give an object',
      '[research/secret] data is empty; give at least one key',
      '[research/secret] the name of store is ""; use lower-case letters, digits, "-" and "."',
    ],
  ],
  [
    'an Ingress has neither host nor callers',
    (chart) => exposed(chart, Exposure.ingress(fromFile())),
    [
      '[research/greeter] the host of expose is "undefined"; give a name such as research.example.com',
      '[research/greeter] callers of expose is missing; give an object',
    ],
  ],
  [
    'a route has no gateway',
    (chart) => exposed(chart, Exposure.gateway(fromFile({ callers: Callers.anywhere() }))),
    [
      '[research/greeter] the gateway of expose is missing; give an object',
      '[research/greeter] the gateway of expose is called ""; use lower-case letters, digits, "-" and "."',
      '[research/greeter] the namespace of expose\'s gateway is ""; use lower-case letters, digits and "-", at most 63',
    ],
  ],
  [
    'Argo CD has no chart, or one twice',
    (chart) => {
      const sync = { repoURL: 'https://example.com/a.git', targetRevision: 'main' };
      new ArgoApps(chart, 'none', fromFile(sync));
      new ArgoApps(chart, 'apps', { ...sync, charts: [chart, chart] });
      new ArgoApplication(chart, 'app', fromFile(sync));
    },
    [
      '[research/none] charts is missing; give a list',
      '[research/none] there is no chart to apply in charts; give at least one',
      '[research/apps] charts has research twice; name it once',
      '[research/apps] there is no chart to apply in charts; give at least one',
      '[research/app] chart is missing; give a construct',
    ],
  ],
  [
    'options are none that there are',
    (chart) => {
      const tolerations = [{ key: 'gpu', operator: 'Has', effect: 'Never' }];
      new MCPServer(chart, 'greeter', fromFile({ tools, env: { A: 3 }, logLevel: 'LOUD', tolerations }));
    },
    [
      '[research/greeter] env.A is of type number; give a text or an EnvValue',
      '[research/greeter] logLevel is "LOUD"; give one of TRACE, DEBUG, INFO, WARNING, ERROR',
      '[research/greeter] the operator of a toleration is "Has"; give one of Equal, Exists',
      '[research/greeter] the effect of a toleration is "Never"; give one of NoExecute, NoSchedule, PreferNoSchedule',
    ],
  ],
  [
    'an agent is told nothing at all',
    (chart) => new Agent(chart, 'lead', fromFile(null)),
    [
      '[research/lead] props is missing; give an object',
      '[research/lead] modelAPI is missing; give a construct',
      '[research/lead] model is missing; give a text',
    ],
  ],
  [
    'gateways and what somebody else runs are told nothing at all',
    (chart) => {
      ModelAPI.proxy(chart, 'proxy', fromFile(null));
      ModelAPI.hosted(chart, 'hosted', fromFile(null));
      ModelAPI.fromUrl(chart, 'models', fromFile(null));
      Agent.fromUrl(chart, 'other', fromFile(null));
      MCPServer.fromUrl(chart, 'tickets', fromFile(null));
      new TelemetryStack(chart, 'telemetry', fromFile(null));
    },
    expect.arrayContaining(
      ['proxy', 'hosted', 'models', 'other', 'tickets', 'telemetry'].map(
        (id) => `[research/${id}] props is missing; give an object`,
      ),
    ) as string[],
  ],
  [
    'what an agent calls is none of what it can call',
    (chart) => {
      const modelAPI = ModelAPI.hosted(chart, 'models', { models: ['small:1b'] });
      const greeter = new MCPServer(chart, 'greeter', { tools });
      const props = { modelAPI, model: 'small:1b' };
      const lead = new Agent(
        chart,
        'lead',
        fromFile({ ...props, mcpServers: ['x'], subAgents: [undefined] }),
      );
      lead.use(modelAPI as never);
      new Agent(chart, 'aide', fromFile({ ...props, mcpServers: greeter, subAgents: [greeter] }));
    },
    [
      '[research/lead] a tool server is of type string; give an MCPServer or MCPServer.fromUrl(…)',
      '[research/lead] a sub-agent is missing; give an Agent or Agent.fromUrl(…)',
      '[research/lead] a tool server is research/models; give an MCPServer or MCPServer.fromUrl(…)',
      '[research/aide] mcpServers is of type object; give a list',
      '[research/aide] a sub-agent is research/greeter; give an Agent or Agent.fromUrl(…)',
    ],
  ],
  [
    'ways out and in lead nowhere',
    (chart) => {
      new MCPServer(chart, 'greeter', fromFile({ tools, egress: ['x'], callers: [null] }));
      new MCPServer(chart, 'other', fromFile({ tools, egress: 'x' }));
    },
    [
      '[research/greeter] an entry of egress is of type string; give Egress.toUrl(…) or another of Egress',
      '[research/greeter] an entry of callers is missing; give one of Callers',
      '[research/other] egress is of type string; give a list',
    ],
  ],
])('fails when %s', (_, build, problems) => {
  expect(problemsOf(build)).toEqual(problems);
});

test.each([
  ['missing', {}],
  ['of type object', { tools: {} }],
])('fails when the tools of a server are %s', (what, props) => {
  const problems = problemsOf((chart) => void new MCPServer(chart, 'greeter', fromFile(props)));
  expect(problems).toEqual([
    `[research/greeter] tools is ${what}; give one of Tools, such as Tools.fromModule(…)`,
  ]);
});
