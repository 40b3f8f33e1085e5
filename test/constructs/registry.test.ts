import { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import {
  AlertRules,
  ArgoApplication,
  ArgoProject,
  Cluster,
  Dashboard,
  ExternalSecret,
  HttpGateway,
  ModelAPI,
} from '../../constructs';
import { problemsOf, synthApp, validationError } from '../support/synth';

function workload(scope: Construct, id: string): void {
  ModelAPI.proxy(scope, id, { models: ['gpt-4o'] });
}

test('fails when two charts declare the same object', () => {
  const build = () =>
    synthApp((app) => {
      workload(new Chart(app, 'one', { namespace: 'shared' }), 'llm');
      new k8s.KubeService(new Chart(app, 'two', { namespace: 'shared' }), 'own', {
        metadata: { name: 'modelapi-free' },
      });
      workload(new Construct(app.node.findChild('two'), 'team'), 'free');
    });
  expect(build).toThrow(
    validationError(
      '[<app>] Service "modelapi-free" in namespace "shared" is declared twice, by two/own and ' +
        'two/team/free/workload/service; give one of the two another name',
    ),
  );
});

test('a chart may be called like anything of this library', () => {
  for (const id of ['kaos', 'cdk8s-kaos', 'app', 'registry']) {
    expect(synthApp((app) => workload(new Chart(app, id), 'llm'))).not.toHaveLength(0);
  }
});

test('the same name in two namespaces is no clash', () => {
  const build = () =>
    synthApp((app) => ['one', 'two'].forEach((id) => workload(new Chart(app, id, { namespace: id }), 'llm')));
  expect(build).not.toThrow();
});

test('the same object may be declared for two clusters, and where the namespace is open', () => {
  const build = () =>
    synthApp((app) => {
      for (const name of ['dev', 'prod']) {
        const chart = new Chart(app, name, { namespace: 'shared' });
        Cluster.configure(chart, { name });
        workload(chart, 'llm');
        workload(new Chart(app, `${name}-anywhere`), 'llm');
      }
    });
  expect(build).not.toThrow();
});

test('fails when a chart without a namespace, or two for one cluster, declare an object twice', () => {
  const build = () =>
    synthApp((app) => {
      const open = new Chart(app, 'open');
      ['a', 'b'].forEach((id) => new k8s.KubeSecret(open, id, { metadata: { name: 'key' } }));
      for (const id of ['one', 'two']) {
        const chart = new Chart(app, id, { namespace: 'shared' });
        Cluster.configure(chart, { name: 'prod' });
        new k8s.KubeSecret(chart, 'key', { metadata: { name: 'key' } });
      }
      workload(open, 'llm');
    });
  const fix = 'give one of the two another name';
  expect(build).toThrow(
    validationError(
      `[<app>] Secret "key" is declared twice, by open/a and open/b; ${fix}`,
      `[<app>] Secret "key" in namespace "shared" is declared twice, by one/key and two/key; ${fix}`,
    ),
  );
});

test.each<[string, (scope: Construct) => void]>([
  ['PrometheusRule', (scope) => new AlertRules(scope, 'twin')],
  ['ConfigMap', (scope) => new Dashboard(scope, 'twin')],
  ['AppProject', (scope) => new ArgoProject(scope, 'twin')],
  ['Application', (scope) => new ArgoApplication(scope, 'twin', { chart: Chart.of(scope), ...source })],
  ['Gateway', (scope) => new HttpGateway(scope, 'twin', { gatewayClassName: 'envoy' })],
  ['ExternalSecret', (scope) => new ExternalSecret(scope, 'twin', { store, data })],
])('fails when twins of kind %s are in an app without workloads', (kind, build) => {
  const twice = problemsOf((chart) => ['a', 'b'].forEach((id) => build(new Construct(chart, id))));
  const name = kind === 'Application' ? 'research' : 'twin';
  expect(twice.filter((problem) => problem.startsWith('[<app>]'))).toEqual([
    `[<app>] ${kind} "${name}" in namespace "tests" is declared twice, by research/a/twin/${idOf(kind)} and ` +
      `research/b/twin/${idOf(kind)}; give one of the two another name`,
  ]);
});

function idOf(kind: string): string {
  return { PrometheusRule: 'rules', ConfigMap: 'dashboard' }[kind] ?? 'object';
}

const source = { repoURL: 'https://git.example.com/agents.git', targetRevision: 'main' };
const store = { name: 'vault' };
const data = { key: { key: 'llm' } };
