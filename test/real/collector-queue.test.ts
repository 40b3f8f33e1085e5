import { Size } from 'cdk8s';
import { type Collector, startCollector } from '../../cli/local/collector/collector';
import { claimPort, LOOPBACK } from '../../cli/local/ports';
import { type TelemetryStackProps } from '../../constructs';
import { collectorsOf } from '../support/collectors';
import { Ends } from '../support/ends';
import { type OtlpClient, otlpClient } from '../support/otlp-client';
import { describeWith } from '../support/real-parts';
import { claimCollectorPorts, startDeclared } from '../support/running-collectors';
import { makeTrace } from '../support/traces';

const ROUNDS = ['first', 'second', 'third'] as const;
/** More than a batch has, so that what is being sent is there beside what waits. */
const EACH = 600;

describeWith(['OpenTelemetry Collector'], 'a collector that is killed while its backend is down', () => {
  const ends = new Ends();
  afterEach(() => ends.meet());

  /** A backend that comes up when all is sent and the collector has been killed after each round. */
  async function afterKills(props: Partial<TelemetryStackProps>): Promise<Collector> {
    const directory = ends.directory();
    const [declared] = collectorsOf({ spanMetrics: false, ...props });
    const [ports, grpc, http] = await Promise.all([claimCollectorPorts(), claimPort(), claimPort()]);
    ends.add(ports.release, grpc.release, http.release);
    const backend = {
      grpcUrl: `http://${LOOPBACK}:${grpc.port}`,
      httpUrl: `http://${LOOPBACK}:${http.port}`,
    };
    for (const round of ROUNDS) {
      const collector = await startDeclared(declared, { ports, backend, directory });
      const client = otlpClient(ports.grpcUrl);
      report(client, round);
      await client.flush();
      await collector.kill();
      await client.close();
    }
    const up = await startCollector({ host: LOOPBACK, grpcPort: grpc.port, httpPort: http.port });
    ends.add(() => up.close());
    const last = await startDeclared(declared, { ports, backend, directory });
    ends.add(() => last.stop());
    const client = otlpClient(ports.grpcUrl);
    ends.add(() => client.close());
    report(client, 'last');
    await client.flush();
    return up;
  }

  test('loses nothing with a persistent queue', async () => {
    const { store } = await afterKills({ persistentQueue: { size: Size.gibibytes(1) } });
    const expected = [...ROUNDS, 'last'].flatMap((round) =>
      Array.from({ length: EACH }, (_, index) => `${round} ${index}`),
    );
    await arrived(store.span(() => store.spans.length === expected.length, inTime()));
    expect(new Set(store.spans.map(({ name }) => name))).toEqual(new Set(expected));
    // A batch may come again when nobody knows whether it has arrived.
    const bodies = () => new Set(store.logs.map(({ body }) => body));
    await arrived(store.log(() => bodies().size === expected.length, inTime()));
    expect(bodies()).toEqual(new Set(expected));
    await Promise.all(ROUNDS.map((round) => store.metric(({ name }) => name === round)));
  }, 60_000);

  test('has lost what it held in memory without one', async () => {
    const { store } = await afterKills({});
    await store.span(() => store.spans.length === EACH);
    expect(store.spans.filter(({ name }) => !name.startsWith('last'))).toEqual([]);
  }, 60_000);
});

/** After that what has not arrived is looked at, rather than waited for. */
const inTime = () => AbortSignal.timeout(20_000);
const arrived = (record: Promise<unknown>) => record.catch(() => undefined);

function report(client: OtlpClient, round: string): void {
  for (let index = 0; index < EACH; index += 1) {
    makeTrace([client], { name: `${round} ${index}` });
    client.logger.emit({ body: `${round} ${index}` });
  }
  client.meter.createCounter(round).add(1);
}
