import { Size } from 'cdk8s';
import { startCollector } from '../../cli/local/collector/collector';
import { LOOPBACK } from '../../cli/local/ports';
import { AlertRules, OtlpExporter, type TelemetryStackProps } from '../../constructs';
import { askedMetrics } from '../support/asked-metrics';
import { collectorsOf, type DeclaredCollector } from '../support/collectors';
import { Ends } from '../support/ends';
import { listenHttp, nobodyAt } from '../support/http';
import { postOtlp, smallRequests } from '../support/otlp-json';
import { polled } from '../support/polled';
import { Prometheus } from '../support/prometheus';
import { describeWith } from '../support/real-parts';
import { type CollectorPorts, type OtlpUrls, runDeclared } from '../support/running-collectors';
import { synth } from '../support/synth';

const SIGNALS = ['traces', 'metrics', 'logs'] as const;

/** What each collector is sent in one go: requests of each signal, and characters in each of them. */
const LOADS = {
  well: { requests: 2, characters: 10 },
  refused: { requests: 2, characters: 10 },
  full: { requests: 3, characters: 500_000 },
  short: { requests: 2, characters: 10 },
  hasty: { requests: 30, characters: 10 },
} as const;
type Name = keyof typeof LOADS;

describeWith(['OpenTelemetry Collector', 'Prometheus'], 'alerts about collectors', () => {
  const ends = new Ends();
  afterAll(() => ends.meet());
  const ports = new Map<string, CollectorPorts>();
  let prometheus: Prometheus;

  async function start(name: Name, declared: DeclaredCollector, backend: OtlpUrls) {
    ports.set(name, (await runDeclared(declared, { backend }, ends)).ports);
  }

  beforeAll(async () => {
    const up = await startCollector({ host: LOOPBACK, grpcPort: 0, httpPort: 0 });
    const down = await nobodyAt();
    const refusing = await listenHttp((_, reply) => void reply.writeHead(400).end());
    ends.add(
      () => up.close(),
      () => down.close(),
      () => refusing.close(),
    );
    const by = (url: string) => ({ grpcUrl: url, httpUrl: url });
    const short = declaredBy({});
    await Promise.all([
      start('well', declaredBy({}), up),
      start('refused', declaredBy({}), by(refusing.url)),
      start('full', declaredBy({ persistentQueue: { size: Size.mebibytes(64) } }), by(down.url)),
      start('short', { ...short, config: withLittleMemory(short.config) }, up),
      start('hasty', declaredBy({ tailSampling: { tracesInMemory: 10 } }), up),
    ]);
    const rules = synth((scope) => new AlertRules(scope, 'alerts'));
    const collectors = [...ports.values()].map(({ metrics }) => metrics);
    prometheus = await Prometheus.start({ directory: ends.directory(), rules, collectors });
    ends.add(() => prometheus.stop());
  }, 60_000);

  async function send(): Promise<void> {
    for (const [name, { requests, characters }] of Object.entries(LOADS)) {
      const url = ports.get(name)?.httpUrl ?? '';
      for (let sent = 0; sent < requests; sent += 1) {
        const small = smallRequests('x'.repeat(characters));
        await Promise.all(SIGNALS.map((signal) => postOtlp(url, signal, small[signal])));
      }
    }
  }

  async function firing(): Promise<string[]> {
    const names = new Map([...ports].map(([name, { metrics }]) => [metrics, name]));
    const raised = (await prometheus.alerts()).filter(({ state }) => state === 'firing');
    const found = raised.map(({ labels }) => `${labels.alertname} ${names.get(labels.instance ?? '')}`);
    return [...new Set(found)].filter((name) => name.startsWith('KaosCollector')).sort();
  }

  test('fire of the one that each is about, and none of one that is well', async () => {
    const expected = [
      'KaosCollectorExportFailing full',
      'KaosCollectorExportFailing refused',
      'KaosCollectorQueueFilling full',
      // With a full queue it tells senders to wait.
      'KaosCollectorRefusing full',
      'KaosCollectorRefusing short',
      'KaosCollectorSamplingTooEarly hasty',
    ];
    let seen: string[] = [];
    await polled(async () => {
      await send();
      seen = await firing();
      return seen.length >= expected.length ? seen : undefined;
    }, 60_000).catch(() => undefined);
    expect(seen).toEqual(expected);
  }, 90_000);

  test('every metric that they and the dashboard are about is there', async () => {
    const there = new Set(await prometheus.metrics());
    const asked = askedMetrics().filter((name) => name.startsWith('otelcol_'));
    expect(asked.length).toBeGreaterThan(10);
    expect(asked.filter((name) => !there.has(name))).toEqual([]);
  });
});

/** It sends by HTTP, to which anything may answer. */
function declaredBy(props: Partial<TelemetryStackProps>): DeclaredCollector {
  const exporters = [OtlpExporter.otlp({ protocol: 'http', endpoint: 'https://otlp.example.com' })];
  return collectorsOf({ exporters, ...props })[0];
}

/** Its limit is a part of what the machine has; here it is less than any process needs. */
function withLittleMemory(config: string): string {
  const changed = config
    .replace(/limit_percentage: 80/, 'limit_mib: 2')
    .replace(/spike_limit_percentage: 20/, 'spike_limit_mib: 1');
  expect(changed).not.toBe(config);
  return changed;
}
