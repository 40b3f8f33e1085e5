import { type Duration } from 'cdk8s';
import {
  AGENT,
  COLLECTOR_METRICS,
  FAILED,
  ITEMS,
  PROMETHEUS,
  select,
  unavailable,
} from './prometheus-metrics';
import { secondsOf } from '../durations';

/** A rule of Prometheus: an alert, or a series that others are made of. */
export interface Rule {
  readonly name: string;
  readonly expression: string;
  /** @default - a series */
  readonly alert?: Alert;
}

interface Alert {
  readonly severity: 'critical' | 'warning';
  /** How long it has to be so, as Prometheus writes times. */
  readonly holds: string;
  readonly summary: string;
  /** What is so, with the values that Prometheus puts in. */
  readonly description: string;
}

/** What alerts compare with. */
export interface AgentThresholds {
  readonly slowRequest: Duration;
  readonly slowRequestRatio: number;
  readonly requestErrorRatio: number;
  readonly modelErrorRatio: number;
  readonly toolErrorRatio: number;
  readonly delegationErrorRatio: number;
  readonly window: Duration;
  readonly holds: Duration;
  readonly silence: Duration;
  /** Of the agents; undefined for all. */
  readonly namespace: string | undefined;
}

/** Below these numbers of calls in a window, one failure is no trend. */
const LEAST_REQUESTS = 5;
const LEAST_MODEL_CALLS = 20;
const LEAST_CALLS = 5;
/** Part of its queue from which on an exporter is about to lose what comes. */
const FULL_QUEUE = 0.8;

/** Alerts about agents. */
export function agentAlerts(thresholds: AgentThresholds): Rule[] {
  const { slowRequest, slowRequestRatio, requestErrorRatio, silence } = thresholds;
  const window = time(thresholds.window);
  const holds = time(thresholds.holds);
  const jobs = thresholds.namespace === undefined ? '' : `job=~"${escaped(thresholds.namespace)}/.+"`;
  const rate = (metric: string, by: string, ...matchers: string[]): string =>
    `sum by (${by}) (rate(${select(metric, jobs, ...matchers)}[${window}]))`;
  const counted = (metric: string, by: string): string =>
    `sum by (${by}) (increase(${select(metric, jobs)}[${window}]))`;

  const limit = slowRequest.toMilliseconds();
  const { requests, requestDuration } = PROMETHEUS;
  // Newer versions of Prometheus write whole numbers with a fraction.
  const fast = `le=~"${limit}(\\\\.0)?"`;
  const ratio = `${RATIO}${jobs && `{${jobs}}`}`;

  const failing = (metric: string, label: string, least: number, most: number): string =>
    [
      `${rate(metric, `${AGENT}, ${label}`, FAILED)}`,
      `  / ${rate(metric, `${AGENT}, ${label}`)} > ${most}`,
      `and on (${AGENT}, ${label}) ${counted(metric, `${AGENT}, ${label}`)} >= ${least}`,
    ].join('\n');
  const warning = (summary: string, description: string): Alert => ({
    severity: 'warning',
    holds,
    summary,
    description,
  });
  const failureAlert = (name: string, what: string, label: string, expression: string): Rule => ({
    name,
    expression,
    alert: warning(
      `Calls of ${what} fail`,
      `{{ $value | humanizePercentage }} of the calls of {{ $labels.agent_name }} to {{ $labels.${label} }} fail.`,
    ),
  });

  return [
    {
      name: RATIO,
      // Nothing is counted as failed before the first failure.
      expression: [
        `(${rate(requests, AGENT, FAILED)}`,
        `  or 0 * ${rate(requests, AGENT)})`,
        `/ (${rate(requests, AGENT)} > 0)`,
      ].join('\n'),
    },
    {
      name: 'KaosRequestLatencyHigh',
      expression: `histogram_quantile(0.95, ${rate(`${requestDuration}_bucket`, `${AGENT}, le`)}) > ${limit}`,
      alert: warning(
        'Requests are slow',
        `One request of {{ $labels.agent_name }} in twenty takes {{ $value | humanize }} ms or longer.`,
      ),
    },
    {
      name: 'KaosRequestSlowFraction',
      expression: [
        `1 - ${rate(`${requestDuration}_bucket`, AGENT, fast)}`,
        `  / ${rate(`${requestDuration}_count`, AGENT)} > ${slowRequestRatio}`,
      ].join('\n'),
      alert: warning(
        'Many requests are slow',
        `{{ $value | humanizePercentage }} of the requests of {{ $labels.agent_name }} take longer than ${limit} ms.`,
      ),
    },
    {
      name: 'KaosRequestErrorRateHigh',
      expression: [
        `${ratio} > ${requestErrorRatio}`,
        `and on (${AGENT}) ${counted(requests, AGENT)} >= ${LEAST_REQUESTS}`,
      ].join('\n'),
      alert: {
        ...warning(
          'Requests fail',
          '{{ $value | humanizePercentage }} of the requests of {{ $labels.agent_name }} fail.',
        ),
        severity: 'critical',
      },
    },
    failureAlert(
      'KaosModelFailureRateHigh',
      'a model',
      'model',
      failing(PROMETHEUS.modelCalls, 'model', LEAST_MODEL_CALLS, thresholds.modelErrorRatio),
    ),
    failureAlert(
      'KaosToolFailureRateHigh',
      'a tool',
      'tool',
      failing(PROMETHEUS.toolCalls, 'tool', LEAST_CALLS, thresholds.toolErrorRatio),
    ),
    failureAlert(
      'KaosDelegationFailureRateHigh',
      'an agent',
      'target',
      failing(PROMETHEUS.delegations, 'target', LEAST_CALLS, thresholds.delegationErrorRatio),
    ),
    {
      name: 'KaosPeerUnavailable',
      expression: `${unavailable(`${AGENT}, instance, peer`, jobs)} > 0`,
      alert: warning(
        'An agent goes without a peer',
        '{{ $labels.instance }} of {{ $labels.agent_name }} does not reach {{ $labels.peer }}, and does without.',
      ),
    },
    {
      name: 'KaosToolRefused',
      expression: `${counted(PROMETHEUS.toolRefusals, `${AGENT}, server, reason`)} > 0`,
      alert: warning(
        'An agent refuses a tool',
        '{{ $labels.agent_name }} does not use a tool of {{ $labels.server }} that is {{ $labels.reason }}: look at it, then lock it anew.',
      ),
    },
    {
      name: 'KaosTelemetryDropped',
      expression: `${counted(PROMETHEUS.telemetryDropped, `${AGENT}, signal`)} > 0`,
      alert: warning(
        'An agent loses telemetry',
        '{{ $labels.agent_name }} could not send {{ $value | humanize }} items of its {{ $labels.signal }}: its collector is away, or refuses them.',
      ),
    },
    {
      name: 'KaosTelemetryAbsent',
      expression: `absent_over_time(${select(requests, jobs)}[${time(silence)}])`,
      alert: warning('Nothing is heard of agents', `No agent has reported for ${time(silence)}.`),
    },
  ];
}

/** Alerts about collectors. */
export function collectorAlerts({ window, holds }: AgentThresholds): Rule[] {
  const { refused, sendFailed, enqueueFailed, queueSize, queueCapacity, droppedTooEarly } = COLLECTOR_METRICS;
  const rates = (by: string, metric: (items: (typeof ITEMS)[number]) => string): string =>
    ITEMS.map((items) => `sum by (${by}) (rate(${metric(items)}[${time(window)}])) > 0`).join('\nor\n');
  const alert = (name: string, expression: string, summary: string, description: string): Rule => ({
    name,
    expression,
    alert: { severity: 'warning', holds: time(holds), summary, description },
  });
  return [
    alert(
      'KaosCollectorExportFailing',
      `${rates('job, instance, exporter', sendFailed)}\nor\n${rates('job, instance, exporter', enqueueFailed)}`,
      'Telemetry is lost on its way out',
      'Exporter {{ $labels.exporter }} of {{ $labels.instance }} loses {{ $value | humanize }} items a second.',
    ),
    alert(
      'KaosCollectorQueueFilling',
      `${queueSize} / ${queueCapacity} > ${FULL_QUEUE}`,
      'An exporter cannot keep up',
      'The queue of {{ $labels.exporter }} of {{ $labels.instance }} is {{ $value | humanizePercentage }} full.',
    ),
    alert(
      'KaosCollectorRefusing',
      rates('job, instance', refused),
      'A collector refuses telemetry',
      '{{ $labels.instance }} refuses {{ $value | humanize }} items a second: it is short of memory, or an exporter cannot keep up.',
    ),
    alert(
      'KaosCollectorSamplingTooEarly',
      `sum by (job, instance) (rate(${droppedTooEarly}[${time(window)}])) > 0`,
      'Traces are dropped before they are decided about',
      '{{ $labels.instance }} drops {{ $value | humanize }} traces a second: raise tracesInMemory, or lower decisionWait.',
    ),
  ];
}

/** Series of the part of an agent's requests that fail. */
const RATIO = 'kaos:request_errors:ratio_rate';

/** A time as Prometheus writes it. */
function time(duration: Duration): string {
  const seconds = secondsOf(duration);
  if (seconds % 3600 === 0 && seconds > 0) return `${seconds / 3600}h`;
  return seconds % 60 === 0 && seconds > 0 ? `${seconds / 60}m` : `${seconds}s`;
}

/** Namespaces have no characters of their own in regular expressions but this. */
function escaped(namespace: string): string {
  return namespace.replaceAll('.', '\\\\.');
}
