import { Duration } from 'cdk8s';
import { type Construct } from 'constructs';
import { AlertRules, type AlertRulesProps } from '../../../constructs';
import { find, type Manifest, problemsOf, synth } from '../../support/synth';

interface RenderedRule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels?: Record<string, string>;
}

function ruleObject(props: AlertRulesProps = {}): Manifest {
  return find(
    synth((scope) => new AlertRules(scope, 'alerts', props)),
    'PrometheusRule',
    'alerts',
  );
}

function rulesOf(props: AlertRulesProps = {}): RenderedRule[] {
  return ruleObject(props).spec.groups.flatMap(({ rules }: Manifest) => rules);
}

function ruleNamed(name: string, props: AlertRulesProps = {}): RenderedRule {
  const found = rulesOf(props).find(({ alert, record }) => (alert ?? record) === name);
  if (!found) throw new Error(`no rule ${name}`);
  return found;
}

test('there are alerts about agents and about collectors', () => {
  expect(rulesOf().map(({ alert, record }) => alert ?? record)).toEqual([
    'kaos:request_errors:ratio_rate',
    'KaosRequestLatencyHigh',
    'KaosRequestSlowFraction',
    'KaosRequestErrorRateHigh',
    'KaosModelFailureRateHigh',
    'KaosToolFailureRateHigh',
    'KaosDelegationFailureRateHigh',
    'KaosPeerUnavailable',
    'KaosToolRefused',
    'KaosTelemetryDropped',
    'KaosTelemetryAbsent',
    'KaosCollectorExportFailing',
    'KaosCollectorQueueFilling',
    'KaosCollectorRefusing',
    'KaosCollectorSamplingTooEarly',
  ]);
});

test('they are about the agents of the namespace', () => {
  for (const { expr } of rulesOf({ collectors: false })) expect(expr).toContain('job=~"tests/.+"');
  const { expr } = ruleNamed('KaosTelemetryAbsent', { namespace: 'other.one' });
  expect(expr).toBe('absent_over_time(kaos_requests_total{job=~"other\\\\.one/.+"}[30m])');
});

test('a request is slow by the time that was given', () => {
  expect(ruleNamed('KaosRequestLatencyHigh').expr).toMatch(/ > 30000$/);
  const props = { slowRequest: Duration.seconds(10), slowRequestRatio: 0.2 };
  expect(ruleNamed('KaosRequestLatencyHigh', props).expr).toMatch(/ > 10000$/);
  expect(ruleNamed('KaosRequestSlowFraction', props).expr).toContain('le=~"10000(\\\\.0)?"');
  expect(ruleNamed('KaosRequestSlowFraction', props).expr).toMatch(/ > 0\.2$/);
});

test('an agent that never failed has a ratio', () => {
  expect(ruleNamed('kaos:request_errors:ratio_rate').expr).toBe(
    [
      '(sum by (job, agent_name) (rate(kaos_requests_total{job=~"tests/.+", success="false"}[5m]))',
      '  or 0 * sum by (job, agent_name) (rate(kaos_requests_total{job=~"tests/.+"}[5m])))',
      '/ (sum by (job, agent_name) (rate(kaos_requests_total{job=~"tests/.+"}[5m])) > 0)',
    ].join('\n'),
  );
});

test('thresholds, times and labels are those given', () => {
  const props: AlertRulesProps = {
    modelErrorRatio: 0.5,
    window: Duration.minutes(10),
    holds: Duration.hours(1),
    alertLabels: { team: 'blue' },
  };
  const rule = ruleNamed('KaosModelFailureRateHigh', props);
  expect(rule.expr).toContain('[10m])) > 0.5');
  expect(rule.for).toBe('1h');
  expect(rule.labels).toEqual({ team: 'blue', severity: 'warning' });
});

test('failed requests wake somebody up', () => {
  expect(ruleNamed('KaosRequestErrorRateHigh').labels).toEqual({ severity: 'critical' });
});

test('a Prometheus finds the rules by their labels', () => {
  expect(ruleObject({ labels: { release: 'prometheus' } })).toMatchObject({
    apiVersion: 'monitoring.coreos.com/v1',
    metadata: {
      name: 'alerts',
      namespace: 'tests',
      labels: { release: 'prometheus', 'app.kubernetes.io/managed-by': 'cdk8s' },
    },
  });
});

test.each<[string, AlertRulesProps, string]>([
  [
    'requests are not counted by the time',
    { slowRequest: Duration.seconds(20) },
    'slowRequest is 20000 ms; give one of 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000, 60000, 120000 ms',
  ],
  [
    'a ratio is in per cent',
    { toolErrorRatio: 5 },
    'toolErrorRatio is 5; give a number from 0 to 1, less than 1',
  ],
  [
    'the window is shorter than two reports',
    { window: Duration.seconds(60) },
    'window is 60 s; give 120 s or more',
  ],
  [
    'window has parts of a second',
    { window: Duration.millis(150_500) },
    'window is 150500 ms; give whole seconds',
  ],
  ['holds has parts of a second', { holds: Duration.millis(500) }, 'holds is 500 ms; give whole seconds'],
  ['silence is no time', { silence: Duration.seconds(0) }, 'silence is 0 s; give 120 s or more'],
])('fails when %s', (_, props, problem) => {
  const build = (scope: Construct) => new AlertRules(scope, 'alerts', props);
  expect(problemsOf(build)).toEqual([`[research/alerts] ${problem}`]);
});
