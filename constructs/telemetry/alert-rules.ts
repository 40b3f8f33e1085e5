import { Chart, Duration } from 'cdk8s';
import { Construct } from 'constructs';
import {
  PrometheusRule,
  type PrometheusRuleSpecGroupsRules,
  PrometheusRuleSpecGroupsRulesExpr,
} from '../../imports/monitoring.coreos.com';
import { agentAlerts, type AgentThresholds, collectorAlerts, type Rule } from './alert-expressions';
import { fail } from '../fail';
import { chartLabels } from '../labels';
import { nameOf } from '../names';
import { Registry } from '../registry';
import { DURATION_BOUNDARIES } from './prometheus-metrics';
import { checkSeconds } from '../durations';
import { refuseSecrets } from '../refuse-secrets';

/** When somebody is told. */
export interface AlertRulesProps {
  /**
   * What a request may take. One of the times that agents count by: 5, 10, 25, 50, 100, 250 and 500 ms, 1, 2.5, 5, 10,
   * 30, 60 and 120 s.
   * @default Duration.seconds(30)
   */
  readonly slowRequest?: Duration;
  /**
   * Part of an agent's requests that may be slower, from 0 to 1.
   * @default 0.05
   */
  readonly slowRequestRatio?: number;
  /**
   * Part of an agent's requests that may fail.
   * @default 0.05
   */
  readonly requestErrorRatio?: number;
  /**
   * Part of calls to a model that may fail.
   * @default 0.01
   */
  readonly modelErrorRatio?: number;
  /**
   * Part of calls to a tool that may fail.
   * @default 0.05
   */
  readonly toolErrorRatio?: number;
  /**
   * Part of delegations to an agent that may fail.
   * @default 0.05
   */
  readonly delegationErrorRatio?: number;
  /**
   * Time that ratios are taken over.
   * @default Duration.minutes(5)
   */
  readonly window?: Duration;
  /**
   * How long something has to be so.
   * @default Duration.minutes(5)
   */
  readonly holds?: Duration;
  /**
   * How long nothing may be heard of any agent. Before the first request nothing is.
   * @default Duration.minutes(30)
   */
  readonly silence?: Duration;
  /**
   * Namespace of the agents that the rules are about.
   * @default - that of the chart; all, where it has none
   */
  readonly namespace?: string;
  /**
   * Whether there are rules about collectors too. Their metrics have to be read from port 8888.
   * @default true
   */
  readonly collectors?: boolean;
  /**
   * Labels of the object, by which a Prometheus selects its rules, such as `{ release: 'prometheus' }`.
   * @default - none beside those of all objects
   */
  readonly labels?: Readonly<Record<string, string>>;
  /**
   * Labels of every alert, by which it is routed, beside `severity`.
   * @default - none
   */
  readonly alertLabels?: Readonly<Record<string, string>>;
}

/**
 * Alerts about agents and about the collectors that they report to, for a Prometheus that takes OTLP and is run by
 * its operator.
 *
 * Renders the PrometheusRule `<id>`.
 */
export class AlertRules extends Construct {
  constructor(scope: Construct, id: string, props: AlertRulesProps = {}) {
    super(scope, id);
    refuseSecrets(this, props);
    Registry.watch(this);
    const { collectors = true, labels, alertLabels = {} } = props;
    const thresholds = thresholdsOf(this, props);
    check(this, thresholds);
    const groups = [
      { name: 'kaos-agents', rules: agentAlerts(thresholds) },
      ...(collectors ? [{ name: 'kaos-collectors', rules: collectorAlerts(thresholds) }] : []),
    ];
    new PrometheusRule(this, 'rules', {
      metadata: { name: nameOf(this), labels: { ...labels, ...chartLabels(this) } },
      spec: {
        groups: groups.map(({ name, rules }) => ({
          name,
          rules: rules.map((rule) => rendered(rule, alertLabels)),
        })),
      },
    });
  }
}

function thresholdsOf(scope: Construct, props: AlertRulesProps): AgentThresholds {
  return {
    slowRequest: props.slowRequest ?? Duration.seconds(30),
    slowRequestRatio: props.slowRequestRatio ?? 0.05,
    requestErrorRatio: props.requestErrorRatio ?? 0.05,
    modelErrorRatio: props.modelErrorRatio ?? 0.01,
    toolErrorRatio: props.toolErrorRatio ?? 0.05,
    delegationErrorRatio: props.delegationErrorRatio ?? 0.05,
    window: props.window ?? Duration.minutes(5),
    holds: props.holds ?? Duration.minutes(5),
    silence: props.silence ?? Duration.minutes(30),
    namespace: props.namespace ?? Chart.of(scope).namespace,
  };
}

function rendered(
  { name, expression, alert }: Rule,
  alertLabels: Readonly<Record<string, string>>,
): PrometheusRuleSpecGroupsRules {
  const expr = PrometheusRuleSpecGroupsRulesExpr.fromString(expression);
  if (!alert) return { record: name, expr };
  const { severity, holds, summary, description } = alert;
  return {
    alert: name,
    expr,
    for: holds,
    labels: { ...alertLabels, severity },
    annotations: { summary, description },
  };
}

function check(scope: Construct, thresholds: AgentThresholds): void {
  const { slowRequest, window, holds, silence } = thresholds;
  const milliseconds = slowRequest.toMilliseconds();
  // Of what is slower than the last boundary nobody can tell how slow it is.
  const boundaries = DURATION_BOUNDARIES.slice(0, -1);
  if (!boundaries.includes(milliseconds)) {
    fail(scope, `slowRequest is ${milliseconds} ms`, `give one of ${boundaries.join(', ')} ms`);
  }
  const { slowRequestRatio, requestErrorRatio, modelErrorRatio, toolErrorRatio, delegationErrorRatio } =
    thresholds;
  Object.entries({
    slowRequestRatio,
    requestErrorRatio,
    modelErrorRatio,
    toolErrorRatio,
    delegationErrorRatio,
  })
    .filter(([, ratio]) => !(ratio >= 0 && ratio < 1))
    .forEach(([name, ratio]) => fail(scope, `${name} is ${ratio}`, 'give a number from 0 to 1, less than 1'));
  // Agents report their metrics once a minute, and a rate takes two reports.
  checkSeconds(scope, { window, silence }, 120);
  checkSeconds(scope, { holds }, 0);
}
