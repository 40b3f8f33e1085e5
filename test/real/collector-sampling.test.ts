import { Duration } from 'cdk8s';
import { type Collector, startCollector } from '../../cli/local/collector/collector';
import { LOOPBACK } from '../../cli/local/ports';
import { binomialRange } from '../support/binomial';
import { collectorsOf } from '../support/collectors';
import { Ends } from '../support/ends';
import { type OtlpClient, otlpClient } from '../support/otlp-client';
import { describeWith } from '../support/real-parts';
import { type CollectorPorts, runDeclared } from '../support/running-collectors';
import { makeTrace, makeTraces } from '../support/traces';

const ORDINARY = 1000;
const OTHERS = 25;
const PERCENTAGE = 10;
const SPANS = 4;

describeWith(['OpenTelemetry Collector'], 'what a collector samples', () => {
  const ends = new Ends();
  afterEach(() => ends.meet());

  async function backend(): Promise<Collector> {
    const started = await startCollector({ host: LOOPBACK, grpcPort: 0, httpPort: 0 });
    ends.add(() => started.close());
    return started;
  }

  function client(ports: CollectorPorts): OtlpClient {
    const reporting = otlpClient(ports.grpcUrl);
    ends.add(() => reporting.close());
    return reporting;
  }

  test('is every trace that failed or was slow, and its share of the rest, whole; and all spans are counted', async () => {
    const [declared] = collectorsOf({ tailSampling: TAIL_SAMPLING });
    const behind = await backend();
    const { program, ports } = await runDeclared(declared, { backend: behind }, ends);
    const reporting = client(ports);
    const traces = send(Array.from({ length: SPANS }, () => reporting));
    await reporting.flush();
    await decided([reporting], [behind]);
    await counted([behind], (ORDINARY + 2 * OTHERS) * SPANS);
    // What is decided about and still in its queue comes now.
    await program.stop();
    expectSampled([behind], traces);
  }, 60_000);

  test('is the same where spans of a trace come to different collectors', async () => {
    const [sampler, dealer] = collectorsOf({ tailSampling: TAIL_SAMPLING, replicas: 2 });
    const behind = [await backend(), await backend()];
    const samplers = await Promise.all(behind.map((one) => runDeclared(sampler, { backend: one }, ends)));
    const [unused] = behind;
    if (!unused || !dealer) throw new Error('no dealers');
    const place = { backend: unused, samplers: samplers.map(({ ports }) => ports) };
    const dealers = await Promise.all([runDeclared(dealer, place, ends), runDeclared(dealer, place, ends)]);
    const reporting = dealers.map(({ ports }) => client(ports));
    const traces = send([...reporting, ...reporting]);
    await Promise.all(reporting.map((one) => one.flush()));
    await decided(reporting, behind);
    await counted(behind, (ORDINARY + 2 * OTHERS) * SPANS);
    await Promise.all(samplers.map(({ program }) => program.stop()));
    expectSampled(behind, traces);
    // Each of the two had its part.
    for (const { store } of behind) expect(store.spans.length).toBeGreaterThan(OTHERS);
  }, 60_000);
});

interface Sent {
  readonly ordinary: ReadonlySet<string>;
  readonly failed: ReadonlySet<string>;
  readonly slow: ReadonlySet<string>;
}

const TAIL_SAMPLING = { percentage: PERCENTAGE, slowerThan: Duration.seconds(30) };

function send(clients: readonly OtlpClient[]): Sent {
  return {
    ordinary: makeTraces(ORDINARY, clients, { name: 'ordinary', milliseconds: 29_000 }),
    failed: makeTraces(OTHERS, clients, { name: 'failed', fails: true }),
    slow: makeTraces(OTHERS, clients, { name: 'slow', milliseconds: 31_000 }),
  };
}

/** Settles when each collector has decided about a trace that came to it after all others. */
async function decided(clients: readonly OtlpClient[], backends: readonly Collector[]): Promise<void> {
  const arrived = backends.map(({ store }) => store.span(({ name }) => name === 'last'));
  for (let sent = 0; sent < 50; sent += 1) makeTrace(clients, { name: 'last', fails: true });
  await Promise.all(clients.map((one) => one.flush()));
  await Promise.all(arrived);
}

/** Settles when that many spans have been counted, by all together. */
async function counted(backends: readonly Collector[], spans: number): Promise<void> {
  const isReached = (): boolean => backends.reduce((sum, one) => sum + countIn(one), 0) === spans;
  await Promise.race(backends.map(({ store }) => store.metric(isReached)));
}

/** Several reports may come at once; of each series the last is what was counted. */
function countIn({ store }: Collector): number {
  const series = new Map<string, { readonly value: number; readonly timeUnixNano: string }>();
  for (const metric of store.metrics) {
    if (metric.name !== 'traces.span.metrics.calls' || metric.type !== 'sum') continue;
    for (const point of metric.points) {
      const key = JSON.stringify(point.attributes);
      const isLast = BigInt(point.timeUnixNano) >= BigInt(series.get(key)?.timeUnixNano ?? 0);
      if (point.attributes['span.name'] !== 'last' && isLast) series.set(key, point);
    }
  }
  return [...series.values()].reduce((sum, { value }) => sum + value, 0);
}

function expectSampled(backends: readonly Collector[], { ordinary, failed, slow }: Sent): void {
  const kept = backends.flatMap(({ store }) => store.spans).filter(({ name }) => name !== 'last');
  const sizes = new Map<string, number>();
  for (const { traceId } of kept) sizes.set(traceId, (sizes.get(traceId) ?? 0) + 1);
  expect([...sizes.values()].filter((size) => size !== SPANS)).toEqual([]);
  for (const all of [failed, slow]) expect([...all].filter((id) => !sizes.has(id))).toEqual([]);
  const [least, most] = binomialRange(ORDINARY, PERCENTAGE / 100, 1e-6);
  const rest = [...sizes.keys()].filter((id) => ordinary.has(id));
  expect(rest.length).toBeGreaterThanOrEqual(least);
  expect(rest.length).toBeLessThanOrEqual(most);
}
