import { type Construct } from 'constructs';
import { Dashboard, type DashboardProps } from '../../../constructs';
import { find, type Manifest, problemsOf, synth } from '../../support/synth';

function configMap(props: DashboardProps = {}): Manifest {
  return find(
    synth((scope) => new Dashboard(scope, 'agents', props)),
    'ConfigMap',
    'agents',
  );
}

function dashboard(props: DashboardProps = {}): Manifest {
  return JSON.parse(configMap(props).data['agents.json']);
}

function rowsOf(props: DashboardProps = {}): string[] {
  return dashboard(props)
    .panels.filter(({ type }: Manifest) => type === 'row')
    .map(({ title }: Manifest) => title);
}

test('Grafana finds it by its label', () => {
  expect(configMap().metadata.labels).toMatchObject({ grafana_dashboard: '1' });
  expect(configMap().metadata).not.toHaveProperty('annotations');
  const { labels, annotations } = configMap({ labels: { dashboards: 'yes' }, folder: 'AI' }).metadata;
  expect(labels).toMatchObject({ dashboards: 'yes' });
  expect(labels).not.toHaveProperty('grafana_dashboard');
  expect(annotations).toEqual({ grafana_folder: 'AI' });
});

test('it shows what agents do, their spans and the collectors', () => {
  const agents = ['Requests', 'Models', 'Tools', 'Delegations', 'What agents go without'];
  expect(rowsOf()).toEqual([...agents, 'Spans', 'Collectors']);
  expect(rowsOf({ spans: false, collectors: false })).toEqual(agents);
});

test('panels have ids and places of their own', () => {
  const { panels } = dashboard();
  const ids = panels.map(({ id }: Manifest) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const cells: string[] = panels.flatMap(({ gridPos: { x, y, w, h } }: Manifest) =>
    Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)}/${y + Math.floor(cell / w)}`),
  );
  expect(new Set(cells).size).toBe(cells.length);
});

test('every panel asks the Prometheus that is chosen', () => {
  const panels: Manifest[] = dashboard().panels.filter(({ type }: Manifest) => type !== 'row');
  expect(panels.length).toBeGreaterThan(15);
  for (const { datasource, targets } of panels) {
    expect(datasource).toEqual({ type: 'prometheus', uid: '${datasource}' });
    expect(targets.length).toBeGreaterThan(0);
  }
});

test('30 s stand out', () => {
  const panel = dashboard().panels.find(({ title }: Manifest) => title === 'Duration of requests');
  expect(panel.fieldConfig.defaults.thresholds.steps).toContainEqual({ color: 'red', value: 30000 });
});

test('two titles are two dashboards to Grafana', () => {
  expect(dashboard({ title: 'Shop' }).uid).not.toBe(dashboard().uid);
  expect(dashboard().uid).toBe(dashboard().uid);
});

test('fails when it has no title', () => {
  const build = (scope: Construct) => new Dashboard(scope, 'agents', { title: ' ' });
  expect(problemsOf(build)).toEqual(['[research/agents] title is empty; give one']);
});
