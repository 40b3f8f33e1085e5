import { Duration } from 'cdk8s';
import { claimPort, LOOPBACK } from '../../cli/local/ports';
import { AlertRules, OtlpExporter } from '../../constructs';
import { AgentLoad } from '../support/agent-load';
import { collectorsOf } from '../support/collectors';
import { Ends } from '../support/ends';
import { polled } from '../support/polled';
import { askedMetrics } from '../support/asked-metrics';
import { Prometheus } from '../support/prometheus';
import { describeWith } from '../support/real-parts';
import { runDeclared, startBackend } from '../support/running-collectors';
import { find, type Manifest, synth } from '../support/synth';

const TEAM = 'tests';
const SILENT = 'silent';

describeWith(['OpenTelemetry Collector', 'Prometheus'], 'alerts, with a minute that lasts a second', () => {
  const ends = new Ends();
  afterAll(() => ends.meet());
  let prometheus: Prometheus;
  let agents: Record<string, AgentLoad>;

  beforeAll(async () => {
    const exposed = await claimPort();
    ends.add(() => exposed.release());
    const backend = await startBackend(
      'prometheus',
      // What is not reported any more is not shown any more, as when it had been sent to Prometheus.
      { endpoint: `${LOOPBACK}:${exposed.port}`, metric_expiration: '2s' },
      ['metrics'],
    );
    ends.add(() => backend.stop());
    const [declared] = collectorsOf({ exporters: [metricsOnly] });
    const { ports } = await runDeclared(declared, { backend }, ends);
    const bad = ['requests', 'model', 'tool', 'delegation', 'peer', 'tools', 'reports'];
    const names = ['well', 'mostly-well', 'slow', ...bad.map((what) => `bad-${what}`)];
    agents = Object.fromEntries(names.map((name) => [name, new AgentLoad(ports.grpcUrl, TEAM, name)]));
    agents.leaver = new AgentLoad(ports.grpcUrl, SILENT, 'leaver');
    ends.add(() => Promise.all(Object.values(agents).map((agent) => agent.close())));
    prometheus = await Prometheus.start({
      directory: ends.directory(),
      rules: [RULES, SILENT_RULES],
      collectors: [ports.metrics],
      agents: `${LOOPBACK}:${exposed.port}`,
    });
    ends.add(() => prometheus.stop());
    // It begins to read after some seconds, in which all are absent.
    const isRead = async () => {
      await work();
      const [count] = await prometheus.query('count(kaos:request_errors:ratio_rate)');
      return (count === Object.keys(agents).length && (await firing()).length === 0) || undefined;
    };
    await polled(isRead, 60_000);
  }, 60_000);

  /** What all agents do between one look and the next. */
  async function work(except: readonly string[] = []): Promise<void> {
    const working = Object.entries(agents).filter(([name]) => !except.includes(name));
    await Promise.all(working.map(([, agent]) => agent.work()));
  }

  async function firing(): Promise<string[]> {
    const alerts = await prometheus.alerts();
    const raised = alerts.filter(({ state }) => state === 'firing').map(({ labels }) => labels);
    return raised.map(({ alertname, agent_name: agent }) => [alertname, agent].join(' ').trim()).sort();
  }

  test('none fires while all is well, or nearly', async () => {
    const few = 0.02;
    Object.assign(agents['mostly-well'] ?? {}, {
      troubles: { requests: few, slow: few, models: 0.002, tools: few, delegations: few },
    });
    // Twice as long as anything has to be so.
    const ratio = 'count_over_time(kaos:request_errors:ratio_rate{agent_name="well"}[10s])';
    await polled(async () => {
      await work();
      expect(await firing()).toEqual([]);
      const [count = 0] = await prometheus.query(ratio);
      return count >= 18 ? count : undefined;
    }, 60_000);
    expect(await prometheus.query('kaos:request_errors:ratio_rate{agent_name="well"}')).toEqual([0]);
  }, 90_000);

  test('each fires of the agent that it is about, and of no other', async () => {
    const bad = 0.2;
    Object.assign(agents.slow ?? {}, { troubles: { slow: bad } });
    Object.assign(agents['bad-requests'] ?? {}, { troubles: { requests: bad } });
    Object.assign(agents['bad-model'] ?? {}, { troubles: { models: bad } });
    Object.assign(agents['bad-tool'] ?? {}, { troubles: { tools: bad } });
    Object.assign(agents['bad-delegation'] ?? {}, { troubles: { delegations: bad } });
    Object.assign(agents['bad-peer'] ?? {}, { troubles: { peer: true } });
    Object.assign(agents['bad-tools'] ?? {}, { troubles: { refusals: bad } });
    Object.assign(agents['bad-reports'] ?? {}, { troubles: { drops: bad } });
    const expected = [
      'KaosDelegationFailureRateHigh bad-delegation',
      'KaosModelFailureRateHigh bad-model',
      'KaosPeerUnavailable bad-peer',
      'KaosRequestErrorRateHigh bad-requests',
      'KaosRequestLatencyHigh slow',
      'KaosRequestSlowFraction slow',
      'KaosTelemetryAbsent',
      'KaosTelemetryDropped bad-reports',
      'KaosToolFailureRateHigh bad-tool',
      'KaosToolRefused bad-tools',
    ];
    let seen: string[] = [];
    await polled(async () => {
      await work(['leaver']);
      seen = await firing();
      return seen.length >= expected.length ? seen : undefined;
    }, 60_000).catch(() => undefined);
    expect(seen).toEqual(expected);
  }, 90_000);

  test('each ends when all is well again', async () => {
    for (const agent of Object.values(agents)) agent.troubles = {};
    const isQuiet = async () => {
      await work();
      return (await firing()).length === 0 || undefined;
    };
    await polled(isQuiet, 60_000);
  }, 90_000);

  test('every metric of agents that they and the dashboard are about is there', async () => {
    const there = new Set(await prometheus.metrics());
    const asked = askedMetrics().filter((name) => !name.startsWith('otelcol_'));
    expect(asked.length).toBeGreaterThan(10);
    expect(asked.filter((name) => !there.has(name))).toEqual([]);
  });
});

const metricsOnly = OtlpExporter.otlp({ endpoint: 'otlp.example.com:4317', signals: ['metrics'] });

/** Rules of a chart whose namespace is that of the team. */
const RULES: Manifest = find(
  synth((scope) => new AlertRules(scope, 'alerts')),
  'PrometheusRule',
  'alerts',
);
const SILENT_RULES: Manifest = find(
  synth(
    (scope) =>
      new AlertRules(scope, 'alerts', { namespace: SILENT, silence: Duration.minutes(5), collectors: false }),
  ),
  'PrometheusRule',
  'alerts',
);
