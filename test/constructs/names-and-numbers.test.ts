import { App, Chart, Size } from 'cdk8s';
import { type Construct } from 'constructs';
import {
  ArgoApplication,
  Callers,
  Cluster,
  Egress,
  Exposure,
  ExternalSecret,
  HttpGateway,
  MCPServer,
  type MCPServerProps,
  ModelAPI,
  ModelStorage,
  Tools,
} from '../../constructs';
import { problemsOf } from '../support/synth';

function server(scope: Construct, options: Partial<MCPServerProps> = {}): MCPServer {
  const tools = Tools.fromModule('test/constructs/tool-modules/greet.ts');
  return new MCPServer(scope, 'greeter', { tools, ...options });
}

function hosted(scope: Construct, options: { egress?: Egress[]; storage?: ModelStorage }): void {
  ModelAPI.hosted(scope, 'models', { models: ['smollm2:135m'], ...options });
}

function exposed(scope: Construct, expose: Exposure): void {
  server(scope, { expose });
}

type Build = (chart: Chart) => void;

test.each<[string, Build, string[]]>([
  [
    'ways out lead to no port or namespace',
    (chart) =>
      hosted(chart, {
        egress: [
          Egress.toCidr('10.0.0.0/8', NaN),
          Egress.toNamespace('Bad NS', 1),
          Egress.toInternet(70_000),
        ],
      }),
    [
      '[research/models] egress goes to port NaN; give a whole number, 1 to 65535',
      '[research/models] egress goes to the namespace "Bad NS"; use lower-case letters, digits and "-", at most 63',
      '[research/models] egress goes to port 70000; give a whole number, 1 to 65535',
    ],
  ],
  [
    'callers come from no namespace',
    (chart) => exposed(chart, Exposure.ingress({ host: 'a.example.com', callers: Callers.inNamespace('') })),
    [
      '[research/greeter] callers come from the namespace ""; give a CIDR such as 10.0.0.0/8, or the name of a namespace',
    ],
  ],
  [
    'nobody answers DNS',
    (chart) => Cluster.configure(chart, { dns: { port: NaN, namespace: '' } }),
    [
      '[research] the namespace of dns is ""; use lower-case letters, digits and "-", at most 63',
      '[research] the port of dns is NaN; give a whole number, 1 to 65535',
    ],
  ],
  [
    'a gateway has no name',
    (chart) =>
      exposed(
        chart,
        Exposure.gateway({
          gateway: { name: '', namespace: 'Bad NS' },
          path: '/tools',
          callers: Callers.anywhere(),
        }),
      ),
    [
      '[research/greeter] the gateway of expose is called ""; use lower-case letters, digits, "-" and "."',
      '[research/greeter] the namespace of expose\'s gateway is "Bad NS"; use lower-case letters, digits and "-", at most 63',
    ],
  ],
  [
    'classes have no name',
    (chart) => {
      new HttpGateway(chart, 'gateway', { gatewayClassName: '' });
      exposed(
        chart,
        Exposure.ingress({ host: 'a.example.com', callers: Callers.anywhere(), ingressClassName: '' }),
      );
    },
    [
      '[research/gateway] gatewayClassName is ""; use lower-case letters, digits, "-" and "."',
      '[research/greeter] ingressClassName is ""; use lower-case letters, digits, "-" and "."',
    ],
  ],
  [
    'a store or Secret cannot be called so',
    (chart) => {
      const data = { key: { key: 'prod/key' } };
      new ExternalSecret(chart, 'secret', { store: { name: '' }, secretName: 'Bad Name', data });
    },
    [
      '[research/secret] the name of store is ""; use lower-case letters, digits, "-" and "."',
      '[research/secret] secretName is "Bad Name"; use lower-case letters, digits, "-" and "."',
    ],
  ],
  [
    'an account cannot be called so',
    (chart) => server(chart, { serviceAccountName: 'My Account' }),
    ['[research/greeter] serviceAccountName is "My Account"; use lower-case letters, digits, "-" and "."'],
  ],
  [
    'storage has no space',
    (chart) => hosted(chart, { storage: ModelStorage.persistentVolumeClaim({ size: Size.gibibytes(0) }) }),
    ['[research/models] the size of storage is 0; give some space'],
  ],
  [
    'Argo CD would find nothing',
    (chart) =>
      new ArgoApplication(chart, 'app', {
        chart,
        repoURL: 'nonsense',
        targetRevision: 'main',
        path: '../..',
        destination: {} as { name: string },
        ignoreDifferences: [{ kind: 'Deployment', jsonPointers: [] }],
      }),
    [
      '[research/app] repoURL is "nonsense"; give the address of a Git repository',
      '[research/app] path is "../.."; give a directory of the repository, without ".." and "/" at its ends',
      '[research/app] destination names no cluster; give server or name',
      '[research/app] ignoreDifferences of "Deployment" has [] as jsonPointers; give at least one, such as /spec/replicas',
    ],
  ],
])('fails when %s', (_, build, problems) => {
  expect(problemsOf(build)).toEqual(problems);
});

test.each(['', 'my image:1', 'Foo/Bar:1', 'a//b:1', '/a:1', 'https://example.com/a:1', 'a:1@sha256:0'])(
  'fails when an image is called "%s"',
  (image) => {
    expect(problemsOf((chart) => void server(chart, { image }))).toEqual([
      `[research/greeter] image is "${image}"; give a name such as example.com/team/image:1.0`,
    ]);
  },
);

test.each(['a:1', 'localhost:5000/a/b_c:1.0', 'example.com/a__b/c-d:v1', `a@sha256:${'0'.repeat(64)}`])(
  'an image may be called "%s"',
  (image) => {
    expect(problemsOf((chart) => void server(chart, { image }))).toEqual([]);
  },
);

test('fails once when a chart has a namespace that there cannot be', () => {
  const chart = new Chart(new App(), 'research', { namespace: 'Bad NS' });
  server(chart);
  hosted(chart, {});
  expect(chart.node.validate()).toEqual([
    'the namespace of the chart is "Bad NS"; use lower-case letters, digits and "-", at most 63',
  ]);
});
