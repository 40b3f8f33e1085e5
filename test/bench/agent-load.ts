import { type AgentProcesses } from './agent-processes';
import { ask, bareCalls } from './agent-calls';
import { percentile, printRow } from './figures';

const ROUNDS = 6;
/** Connections at a time, and requests of each variant in a round. */
const LOADS = [
  [1, 100],
  [16, 400],
  [128, 600],
] as const;

interface Variant {
  readonly name: string;
  call(): Promise<unknown>;
  /** Microseconds of the process that is measured. */
  cpu(): number;
  readonly latencies: number[];
  milliseconds: number;
  microseconds: number;
}

/**
 * A loop of two model calls and a tool call, by an agent with and without telemetry, beside the same three calls by
 * hand; the variants take turns, so that whatever else the machine does hits all alike.
 */
export async function printLoad(agents: AgentProcesses): Promise<void> {
  const row = (...cells: string[]) => printRow([34, 6, 8, 8, 10, 8, 8, 8], cells);
  row('two model calls and a tool call', 'conns', 'req/s', 'of bare', 'CPU µs', 'ratio', 'p50 ms', 'p99 ms');
  for (const [connections, requests] of LOADS) {
    const variants = variantsOf(agents);
    for (const variant of variants) await run(variant, connections, requests);
    for (const variant of variants)
      Object.assign(variant, { milliseconds: 0, microseconds: 0 }).latencies.length = 0;
    for (let round = 0; round < ROUNDS; round++)
      for (const variant of variants) await run(variant, connections, requests);
    const [bare, off] = variants as [Variant, Variant, Variant];
    for (const variant of variants) {
      const cpu = (of: Variant) => of.microseconds / of.latencies.length;
      const rate = (of: Variant) => (of.latencies.length / of.milliseconds) * 1000;
      row(
        variant.name,
        String(connections),
        rate(variant).toFixed(0),
        (rate(variant) / rate(bare)).toFixed(2),
        cpu(variant).toFixed(0),
        (cpu(variant) / cpu(off)).toFixed(2),
        percentile(variant.latencies, 0.5).toFixed(2),
        percentile(variant.latencies, 0.99).toFixed(2),
      );
    }
  }
}

async function run(variant: Variant, connections: number, requests: number): Promise<void> {
  const cpu = variant.cpu();
  const startedAt = performance.now();
  let left = requests;
  const work = async () => {
    while (left-- > 0) {
      const askedAt = performance.now();
      await variant.call();
      variant.latencies.push(performance.now() - askedAt);
    }
  };
  await Promise.all(Array.from({ length: connections }, work));
  variant.milliseconds += performance.now() - startedAt;
  variant.microseconds += variant.cpu() - cpu;
}

function variantsOf({ model, tools, off, on }: AgentProcesses): Variant[] {
  const ownCpu = () => {
    const { user, system } = process.cpuUsage();
    return user + system;
  };
  const empty = () => ({ latencies: [], milliseconds: 0, microseconds: 0 });
  return [
    { name: 'bare undici.request', call: () => bareCalls(model.url, tools.url), cpu: ownCpu, ...empty() },
    { name: 'agent, telemetry off', call: () => ask(off.url), cpu: () => off.cpu(), ...empty() },
    { name: 'agent, telemetry on', call: () => ask(on.url), cpu: () => on.cpu(), ...empty() },
  ];
}
