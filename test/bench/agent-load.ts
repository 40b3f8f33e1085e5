import { type AgentProcesses, type Started } from './agent-processes';
import { ask, bareCalls } from './agent-calls';
import { percentile, printRow } from './figures';
import { costOf, rateOf, takeTurns, type Variant, variant } from './take-turns';

/** Connections at a time, and requests of each variant in a round. */
const LOADS = [
  [1, 200],
  [16, 400],
  [128, 600],
] as const;
/** A process that has just started is interpreted more than compiled: each answers so many requests first. */
const WARM_UP = [16, 500] as const;

/**
 * A loop of two model calls and a tool call, beside the same three calls by hand, both from here and behind an HTTP server
 * that does nothing else: by an agent without telemetry, with all of its traces recorded, and with its collector away.
 */
export async function printLoad(agents: AgentProcesses): Promise<void> {
  await takeTurns(variantsOf(agents), ...WARM_UP);
  const row = (...cells: string[]) => printRow([34, 6, 8, 9, 10, 10, 8, 8, 8], cells);
  row(
    'two model calls and a tool call',
    'conns',
    'req/s',
    'of calls',
    'of server',
    'CPU µs',
    'of off',
    'p50 ms',
    'p99 ms',
  );
  for (const [connections, requests] of LOADS) {
    const variants = variantsOf(agents);
    const [calls, server, off] = variants;
    await takeTurns(variants, connections, requests);
    for (const each of variants) {
      row(
        each.name,
        String(connections),
        rateOf(each).toFixed(0),
        (rateOf(each) / rateOf(calls)).toFixed(2),
        (rateOf(each) / rateOf(server)).toFixed(2),
        costOf(each).toFixed(0),
        (costOf(each) / costOf(off)).toFixed(2),
        percentile(each.latencies, 0.5).toFixed(2),
        percentile(each.latencies, 0.99).toFixed(2),
      );
    }
  }
}

function variantsOf({ model, tools, bare, off, on, away }: AgentProcesses) {
  const ownCpu = () => {
    const { user, system } = process.cpuUsage();
    return user + system;
  };
  const asking = (name: string, process: Started): Variant =>
    variant(
      name,
      () => ask(process.url),
      () => process.cpu(),
    );
  return [
    variant('bare undici.request', () => bareCalls(model.url, tools.url), ownCpu),
    asking('the same behind node:http', bare),
    asking('agent, telemetry off', off),
    asking('agent, telemetry on', on),
    asking('agent, collector away', away),
  ] as const;
}
