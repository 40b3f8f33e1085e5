import {
  CHOSEN,
  chosen,
  failing,
  increase,
  overflows,
  quantile,
  quantiles,
  type Query,
  query,
  RATE,
  rate,
  top,
} from './dashboard-queries';
import { AGENT, COLLECTOR_METRICS, ITEMS, PROMETHEUS, select, unavailable } from './prometheus-metrics';

/** A panel, before it has a place. */
export interface Panel {
  readonly title: string;
  readonly kind: 'timeseries' | 'heatmap';
  /** Grafana's name of the unit. */
  readonly unit: string;
  readonly queries: readonly Query[];
  /**
   * Value from which on it is too much.
   * @default - none
   */
  readonly limit?: number;
}

/** Panels under one title. */
export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** By the variable of the dashboard that selects models. */
const CHOSEN_MODEL = 'model=~"$model"';
const P = PROMETHEUS;

/** What is told of agents, by what they do. */
export function agentRows(): Row[] {
  return [
    {
      title: 'Requests',
      panels: [
        panel('Requests by agent', 'reqps', query(rate(P.requests, AGENT), '{{agent_name}}')),
        panel('Failed requests', 'percentunit', query(failing(P.requests, AGENT), '{{agent_name}}'), 0.05),
        { ...panel('Duration of requests', 'ms', ...quantiles(P.requestDuration)), limit: 30_000 },
        {
          title: 'Requests by duration',
          kind: 'heatmap',
          unit: 'ms',
          queries: [
            query(`sum by (le) (increase(${chosen(`${P.requestDuration}_bucket`)}[${RATE}]))`, '{{le}}'),
          ],
        },
      ],
    },
    {
      title: 'Models',
      panels: [
        panel('Calls by model', 'reqps', query(rate(P.modelCalls, 'model', CHOSEN_MODEL), '{{model}}')),
        panel(
          'Failed calls of models',
          'percentunit',
          query(failing(P.modelCalls, 'model', CHOSEN_MODEL), '{{model}}'),
          0.01,
        ),
        panel(
          'Duration of calls of models, 95 %',
          'ms',
          query(quantile(0.95, P.modelDuration, 'model', CHOSEN_MODEL), '{{model}}'),
        ),
        panel(
          'Tokens by model',
          'short',
          query(
            `sum by (gen_ai_request_model, gen_ai_token_type) (rate(${select(`${P.tokenUsage}_sum`, 'job=~"$job"', 'gen_ai_request_model=~"$model"')}[${RATE}]))`,
            '{{gen_ai_request_model}} {{gen_ai_token_type}}',
          ),
        ),
      ],
    },
    {
      title: 'Tools',
      panels: [
        panel('Calls by tool', 'reqps', query(top(rate(P.toolCalls, 'tool')), '{{tool}}')),
        panel(
          'Failed calls of tools',
          'percentunit',
          query(top(failing(P.toolCalls, 'tool')), '{{tool}}'),
          0.05,
        ),
        panel(
          'Duration of calls of tools, 95 %',
          'ms',
          query(quantile(0.95, P.toolDuration, 'tool'), '{{tool}}'),
        ),
        panel(
          'Duration of MCP requests, 95 %',
          's',
          query(
            `histogram_quantile(0.95, sum by (mcp_method_name, le) (rate(${select(`${P.mcpClientDuration}_bucket`, 'job=~"$job"')}[${RATE}])))`,
            '{{mcp_method_name}}',
          ),
        ),
      ],
    },
    {
      title: 'Delegations',
      panels: [
        panel(
          'Delegations from agent to agent',
          'reqps',
          query(rate(P.delegations, 'agent_name, target'), '{{agent_name}} to {{target}}'),
        ),
        panel(
          'Failed delegations',
          'percentunit',
          query(failing(P.delegations, 'agent_name, target'), '{{agent_name}} to {{target}}'),
          0.05,
        ),
        panel(
          'Duration of delegations, 95 %',
          'ms',
          query(quantile(0.95, P.delegationDuration, 'target'), '{{target}}'),
        ),
        panel('Metrics with more series than are told apart', 'short', query(overflows(), '{{__name__}}'), 1),
      ],
    },
    {
      title: 'What agents go without',
      panels: [
        panel(
          'Peers that are unavailable',
          'short',
          query(unavailable('agent_name, peer', CHOSEN), '{{agent_name}} without {{peer}}'),
          1,
        ),
        panel(
          'Tools that are refused',
          'short',
          query(
            increase(P.toolRefusals, 'agent_name, server, reason'),
            '{{agent_name}} {{server}} {{reason}}',
          ),
          1,
        ),
        panel(
          'Telemetry that was not sent',
          'short',
          query(increase(P.telemetryDropped, 'agent_name, signal'), '{{agent_name}} {{signal}}'),
          1,
        ),
      ],
    },
  ];
}

/** What is told of spans by the collectors that count them. */
export function spanRow(): Row {
  const errors = 'status_code="STATUS_CODE_ERROR"';
  const by = 'service_name, span_name';
  const rateOf = (...matchers: string[]): string =>
    `sum by (${by}) (rate(${select(P.spanCalls, 'job=~"$job"', ...matchers)}[${RATE}]))`;
  const buckets = select(`${P.spanDuration}_bucket`, 'job=~"$job"');
  return {
    title: 'Spans',
    panels: [
      panel('Failed spans', 'reqps', query(top(rateOf(errors)), '{{service_name}} {{span_name}}')),
      panel(
        'Duration of spans, 95 %',
        'ms',
        query(
          top(`histogram_quantile(0.95, sum by (${by}, le) (rate(${buckets}[${RATE}])))`),
          '{{service_name}} {{span_name}}',
        ),
      ),
    ],
  };
}

/** What collectors tell of themselves. */
export function collectorRow(): Row {
  const { accepted, refused, sent, sendFailed, queueSize, queueCapacity, memory } = COLLECTOR_METRICS;
  const each = (metric: (items: (typeof ITEMS)[number]) => string, by: string): Query[] =>
    ITEMS.map((items) =>
      query(`sum by (${by}) (rate(${metric(items)}[${RATE}]))`, `{{${by}}} ${items.replace('_', ' ')}`),
    );
  return {
    title: 'Collectors',
    panels: [
      panel('Accepted', 'short', ...each(accepted, 'instance')),
      panel('Refused', 'short', ...each(refused, 'instance')),
      panel('Sent', 'short', ...each(sent, 'exporter')),
      panel('Failed to send', 'short', ...each(sendFailed, 'exporter')),
      panel(
        'Queues',
        'percentunit',
        query(`${queueSize} / ${queueCapacity}`, '{{instance}} {{exporter}} {{data_type}}'),
        0.8,
      ),
      panel('Memory', 'bytes', query(memory, '{{instance}}')),
    ],
  };
}

function panel(title: string, unit: string, ...rest: (Query | number)[]): Panel {
  const queries = rest.filter((item) => typeof item !== 'number');
  const limit = rest.find((item) => typeof item === 'number');
  return { title, kind: 'timeseries', unit, queries, limit };
}
