import { AlertRules, Dashboard } from '../../constructs';
import { metricsIn } from './prometheus-names';
import { find, type Manifest, synth } from './synth';

/** Every metric that the alerts and the dashboard ask Prometheus for, once. */
export function askedMetrics(): string[] {
  const manifests = synth((scope) => {
    new AlertRules(scope, 'alerts');
    new Dashboard(scope, 'dashboard');
  });
  const rules = find(manifests, 'PrometheusRule', 'alerts').spec.groups.flatMap(
    (group: Manifest) => group.rules,
  );
  const dashboard = JSON.parse(find(manifests, 'ConfigMap', 'dashboard').data['dashboard.json']);
  const expressions: string[] = [
    ...rules.map(({ expr }: Manifest) => expr),
    ...dashboard.panels.flatMap(({ targets = [] }: Manifest) => targets.map(({ expr }: Manifest) => expr)),
    ...dashboard.templating.list.flatMap(({ query }: Manifest) => query.query ?? []),
  ];
  return [...new Set(expressions.flatMap(metricsIn))].sort();
}
