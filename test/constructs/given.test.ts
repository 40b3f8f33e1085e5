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
function fromFile(props: object = {}): any {
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
])('fails when %s', (_, build, problems) => {
  expect(problemsOf(build)).toEqual(problems);
});

test('fails when a tool server has no tools', () => {
  const problems = problemsOf((chart) => void new MCPServer(chart, 'greeter', fromFile()));
  expect(problems[0]).toBe('[research/greeter] tools is missing; give an object');
});
