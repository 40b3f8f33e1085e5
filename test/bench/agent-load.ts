import { type AgentProcesses } from './agent-processes';
import { ask, bareCalls } from './agent-calls';
import { percentile, printRow } from './figures';
import { costOf, rateOf, takeTurns, type Variant, variant } from './take-turns';

/** Connections at a time, and requests of each variant in a round. */
const LOADS = [
  [1, 100],
  [16, 400],
  [128, 600],
] as const;

/**
 * A loop of two model calls and a tool call, beside the same three calls by hand: by an agent without telemetry, with all
 * of its traces recorded, and with its collector away.
 */
export async function printLoad(agents: AgentProcesses): Promise<void> {
  const row = (...cells: string[]) => printRow([34, 6, 8, 8, 10, 8, 8, 8], cells);
  row('two model calls and a tool call', 'conns', 'req/s', 'of bare', 'CPU µs', 'ratio', 'p50 ms', 'p99 ms');
  for (const [connections, requests] of LOADS) {
    const [bare, off, on] = variantsOf(agents);
    const variants = [bare, off, on];
    await takeTurns(variants, connections, requests);
    for (const each of variants) {
      row(
        each.name,
        String(connections),
        rateOf(each).toFixed(0),
        (rateOf(each) / rateOf(bare)).toFixed(2),
        costOf(each).toFixed(0),
        (costOf(each) / costOf(off)).toFixed(2),
        percentile(each.latencies, 0.5).toFixed(2),
        percentile(each.latencies, 0.99).toFixed(2),
      );
    }
  }
}

function variantsOf({ model, tools, off, on, away }: AgentProcesses): [Variant, Variant, Variant, Variant] {
  const ownCpu = () => {
    const { user, system } = process.cpuUsage();
    return user + system;
  };
  return [
    variant('bare undici.request', () => bareCalls(model.url, tools.url), ownCpu),
    variant(
      'agent, telemetry off',
      () => ask(off.url),
      () => off.cpu(),
    ),
    variant(
      'agent, telemetry on',
      () => ask(on.url),
      () => on.cpu(),
    ),
    variant(
      'agent, collector away',
      () => ask(away.url),
      () => away.cpu(),
    ),
  ];
}
