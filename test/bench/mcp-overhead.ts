import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCollector } from '../../cli/local/collector/collector';
import { mcpServerConfigToEnv } from '../../runtime/contract';
import { ECHO_TOOL, start, type Started } from './agent-processes';
import { bundled } from './bundled';
import { percentile, printRow } from './figures';
import { currentCall, hangUp, keptSession, newSession } from './mcp-calls';
import { costOf, rateOf, takeTurns, type Variant, variant } from './take-turns';

/** Connections at a time, and calls of each variant in a round. */
const LOADS = [
  [1, 200],
  [16, 800],
] as const;

/** What a tool call costs our server, with and without telemetry, beside what it costs the official SDK alone. */
export async function printMCP(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'kaos-bench-mcp-'));
  const collector = await startCollector({ host: '127.0.0.1', grpcPort: 0, httpPort: 0 });
  const servers = await startServers(directory, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.grpcUrl });
  const { bare, bareCurrent, off, on } = servers;
  try {
    await printKind('a call, session kept', [bare, off, on], keptSession);
    await printKind('a call, session new', [bare, off, on], (url) => Promise.resolve(() => newSession(url)));
    const current = (url: string) => Promise.resolve(() => currentCall(url));
    await printKind('a call, 2026-07-28', [bareCurrent, off, on], current);
  } finally {
    await hangUp();
    await Promise.all(Object.values(servers).map((server) => server.stop()));
    await collector.close();
    rmSync(directory, { recursive: true });
  }
}

type Servers = Readonly<Record<'bare' | 'bareCurrent' | 'off' | 'on', Started>>;

async function startServers(
  directory: string,
  telemetry: Readonly<Record<string, string>>,
): Promise<Servers> {
  const port = (port: number) => ({ PORT: String(port) });
  const module = join(directory, 'echo.js');
  writeFileSync(module, ECHO_TOOL);
  const ours = (port: number) =>
    mcpServerConfigToEnv({ name: 'tools', toolModules: [module], host: '127.0.0.1', port });
  return {
    bare: await start(bundled('bare-mcp-server', directory), port),
    bareCurrent: await start(bundled('bare-mcp-handler', directory), port),
    off: await start('lib/bin/mcp-server.js', ours),
    on: await start('lib/bin/mcp-server.js', (port) => ({ ...ours(port), ...telemetry })),
  };
}

async function printKind(
  kind: string,
  [bare, off, on]: readonly [bare: Started, off: Started, on: Started],
  caller: (url: string) => Promise<() => Promise<unknown>>,
): Promise<void> {
  const row = (...cells: string[]) => printRow([34, 6, 8, 8, 10, 8, 8, 8], cells);
  row(kind, 'conns', 'calls/s', 'of bare', 'CPU µs', 'of bare', 'p50 ms', 'p99 ms');
  for (const [connections, calls] of LOADS) {
    const of = async (name: string, server: Started) =>
      variant(name, await caller(server.url), () => server.cpu());
    const first = await of('bare SDK server', bare);
    const variants: Variant[] = [
      first,
      await of('MCP server, telemetry off', off),
      await of('MCP server, telemetry on', on),
    ];
    await takeTurns(variants, connections, calls);
    for (const each of variants) {
      row(
        each.name,
        String(connections),
        rateOf(each).toFixed(0),
        (rateOf(each) / rateOf(first)).toFixed(2),
        costOf(each).toFixed(0),
        (costOf(each) / costOf(first)).toFixed(2),
        percentile(each.latencies, 0.5).toFixed(2),
        percentile(each.latencies, 0.99).toFixed(2),
      );
    }
  }
}
