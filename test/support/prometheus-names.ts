/** What is known of a metric that is reported by OTLP. */
export interface OtlpMetric {
  readonly name: string;
  readonly unit: string;
  readonly kind: 'counter' | 'gauge' | 'histogram';
}

/** Units as Prometheus writes them out; those in braces and `1` say nothing. */
const UNITS: Readonly<Record<string, string>> = { ms: 'milliseconds', s: 'seconds', By: 'bytes' };

/**
 * The names under which Prometheus has a metric that came by OTLP, by its default rules: what no name may have becomes
 * an underscore, then come the unit and, for counters, `total`; a histogram is three series.
 * @see https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/
 */
export function prometheusNames({ name, unit, kind }: OtlpMetric): string[] {
  const base = name.replace(/[^a-zA-Z0-9:]+/g, '_').replace(/_total$/, '');
  const suffix = /^\{.*\}$|^1?$/.test(unit) ? undefined : (UNITS[unit] ?? unit);
  const withUnit = suffix === undefined || base.endsWith(`_${suffix}`) ? base : `${base}_${suffix}`;
  if (kind === 'counter') return [`${withUnit}_total`];
  if (kind === 'gauge') return [unit === '1' ? `${withUnit}_ratio` : withUnit];
  return ['bucket', 'sum', 'count'].map((series) => `${withUnit}_${series}`);
}

/** The metrics that an expression of PromQL, or a query of Grafana's variables, asks for. */
export function metricsIn(expression: string): string[] {
  const named = [...expression.matchAll(/__name__=~"([^"]*)"/g)].flatMap(([, names = '']) =>
    names.split('|'),
  );
  const bare = expression
    .replace(/\$\w+/g, ' ')
    .replace(/\{[^}]*\}/g, ' ')
    .replace(/\[[^\]]*\]/g, ' ')
    .replace(/\b(by|on|without|ignoring)\s*\([^)]*\)/g, ' ')
    .replace(/^label_values\(([^,]*),.*$/, '$1')
    .replace(/\b[a-z_]+\s*\(/g, ' ');
  const words = bare.match(/[a-zA-Z_:][a-zA-Z0-9_:]*/g) ?? [];
  return [
    ...named,
    ...words.filter((word) => !['and', 'or', 'unless', 'sum', 'count', 'topk'].includes(word)),
  ];
}
