import { createHash } from 'node:crypto';
import { agentRows, collectorRow, type Panel, type Row, spanRow } from './dashboard-panels';
import { PROMETHEUS } from './prometheus-metrics';

/** What a dashboard shows. */
export interface DashboardContents {
  readonly title: string;
  readonly spans: boolean;
  readonly collectors: boolean;
}

/** Writes a dashboard as Grafana reads it. */
export function dashboardJson({ title, spans, collectors }: DashboardContents): string {
  const rows = [...agentRows(), ...(spans ? [spanRow()] : []), ...(collectors ? [collectorRow()] : [])];
  const dashboard = {
    uid: createHash('sha256').update(title).digest('hex').slice(0, 16),
    title,
    tags: ['kaos'],
    schemaVersion: 39,
    editable: false,
    time: { from: 'now-1h', to: 'now' },
    refresh: '30s',
    templating: {
      list: [
        { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus' },
        choice('job', 'Service', `label_values(${PROMETHEUS.requests}, job)`),
        choice('agent_name', 'Agent', `label_values(${PROMETHEUS.requests}{job=~"$job"}, agent_name)`),
        choice('model', 'Model', `label_values(${PROMETHEUS.modelCalls}{job=~"$job"}, model)`),
      ],
    },
    panels: placed(rows),
  };
  return `${JSON.stringify(dashboard, undefined, 1)}\n`;
}

const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };
/** Columns of Grafana's grid. */
const COLUMNS = 24;
const HEIGHT = 8;
/** Panels beside each other. */
const ABREAST = 2;

/** A variable of which any number of values, or all, are chosen. */
function choice(name: string, label: string, query: string): object {
  return {
    name,
    label,
    type: 'query',
    datasource: DATASOURCE,
    query: { query, refId: name },
    refresh: 2,
    sort: 1,
    multi: true,
    includeAll: true,
    allValue: '.*',
    current: { text: 'All', value: '$__all' },
  };
}

function placed(rows: readonly Row[]): object[] {
  let id = 0;
  let y = 0;
  return rows.flatMap(({ title, panels }) => {
    const heading = {
      id: ++id,
      type: 'row',
      title,
      collapsed: false,
      gridPos: at(0, y, COLUMNS, 1),
      panels: [],
    };
    const width = COLUMNS / ABREAST;
    const body = panels.map((panel, index) =>
      rendered(
        panel,
        ++id,
        at((index % ABREAST) * width, y + 1 + Math.floor(index / ABREAST) * HEIGHT, width, HEIGHT),
      ),
    );
    y += 1 + Math.ceil(panels.length / ABREAST) * HEIGHT;
    return [heading, ...body];
  });
}

function at(x: number, y: number, w: number, h: number): object {
  return { x, y, w, h };
}

function rendered({ title, kind, unit, queries, limit }: Panel, id: number, gridPos: object): object {
  return {
    id,
    type: kind,
    title,
    datasource: DATASOURCE,
    gridPos,
    fieldConfig: { defaults: { unit, min: 0, ...(limit !== undefined && limits(limit)) }, overrides: [] },
    ...(kind === 'heatmap' && {
      options: { calculate: false, yAxis: { unit }, color: { mode: 'scheme', scheme: 'Blues' } },
    }),
    targets: queries.map(({ expression, legend }, index) => ({
      refId: String.fromCharCode('A'.charCodeAt(0) + index),
      datasource: DATASOURCE,
      expr: expression,
      legendFormat: legend,
      ...(kind === 'heatmap' && { format: 'heatmap' }),
    })),
  };
}

/** A line, red above. */
function limits(value: number): object {
  return {
    thresholds: {
      mode: 'absolute',
      steps: [
        { color: 'green', value: null },
        { color: 'red', value },
      ],
    },
    custom: { thresholdsStyle: { mode: 'line' } },
  };
}
