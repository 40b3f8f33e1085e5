import { FAILED, PROMETHEUS, select } from './prometheus-metrics';

/** One query of a panel and what its series are called. */
export interface Query {
  readonly expression: string;
  /** Grafana's template of a name, or `__auto`. */
  readonly legend: string;
}

/** By the variables of the dashboard that select agents. */
export const CHOSEN = 'job=~"$job", agent_name=~"$agent_name"';

/** Grafana's time that fits the resolution of a panel and how often metrics come. */
export const RATE = '$__rate_interval';

/** @param legend what its series are called */
export function query(expression: string, legend: string): Query {
  return { expression, legend };
}

/** A metric of the agents that are selected. */
export function chosen(metric: string, ...matchers: string[]): string {
  return select(metric, CHOSEN, ...matchers);
}

/** What is counted in a second. */
export function rate(metric: string, by: string, ...matchers: string[]): string {
  return `sum by (${by}) (rate(${chosen(metric, ...matchers)}[${RATE}]))`;
}

/** What was counted since the last point. */
export function increase(metric: string, by: string): string {
  return `sum by (${by}) (increase(${chosen(metric)}[${RATE}]))`;
}

/** The part that fails: none of it until the first does. */
export function failing(metric: string, by: string, ...matchers: string[]): string {
  const all = rate(metric, by, ...matchers);
  return `(${rate(metric, by, FAILED, ...matchers)} or 0 * ${all}) / (${all} > 0)`;
}

/** What the given part stays below. */
export function quantile(part: number, histogram: string, by: string, ...matchers: string[]): string {
  return `histogram_quantile(${part}, ${rate(`${histogram}_bucket`, `${by}, le`, ...matchers)})`;
}

/** What half, most and nearly all stay below. */
export function quantiles(histogram: string): Query[] {
  return [0.5, 0.95, 0.99].map((part) =>
    query(quantile(part, histogram, 'agent_name'), `{{agent_name}} ${part * 100} %`),
  );
}

/** The ten that have most. */
export function top(expression: string): string {
  return `topk(10, ${expression})`;
}

/** What the SDKs put beyond their limit of series, into one. */
export function overflows(): string {
  const { requests, modelCalls, toolCalls, delegations } = PROMETHEUS;
  const names = [requests, modelCalls, toolCalls, delegations].join('|');
  return `count by (__name__) ({__name__=~"${names}", otel_metric_overflow="true"})`;
}
