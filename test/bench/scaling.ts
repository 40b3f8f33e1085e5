import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { percentile, printRow } from './figures';

/** How many agents, how often, and within how many milliseconds they should be synthesized. */
const SIZES = [
  { agents: 1, times: 5, aim: '' },
  { agents: 10, times: 5, aim: '2,000' },
  { agents: 100, times: 3, aim: '' },
  { agents: 1_000, times: 1, aim: '15,000' },
] as const;

const WIDTHS = [8, 12, 12, 18, 12, 18, 12, 12];

/**
 * Synthesizes apps of more and more agents, each in a new process as `cdk8s synth` starts it, and prints time and peak
 * memory: in all, against the size before, and for each agent that was added to it. The last stays the same where growth
 * is in step with the number of agents.
 */
export function printScaling(): void {
  const row = (...cells: readonly string[]) => printRow(WIDTHS, cells);
  row('agents', 'median ms', 'aim', 'x size before', 'CPU ms', 'CPU ms each', 'peak MiB', 'KiB each');
  let before = { agents: 0, ms: 0, cpuMs: 0, peakBytes: 0 };
  for (const { agents, times, aim } of SIZES) {
    const runs = Array.from({ length: times }, () => synthesize(agents));
    const median = (values: readonly number[]) => percentile(values, 0.5);
    const now = {
      agents,
      ms: median(runs.map(({ ms }) => ms)),
      cpuMs: median(runs.map(({ cpuMs }) => cpuMs)),
      peakBytes: median(runs.map(({ peakBytes }) => peakBytes)),
    };
    const added = (more: number) => (before.agents > 0 ? (more / (agents - before.agents)).toFixed(2) : '');
    row(
      agents.toLocaleString('en'),
      now.ms.toFixed(0),
      aim,
      before.agents > 0 ? (now.ms / before.ms).toFixed(2) : '',
      now.cpuMs.toFixed(0),
      added(now.cpuMs - before.cpuMs),
      (now.peakBytes / 2 ** 20).toFixed(0),
      added((now.peakBytes - before.peakBytes) / 2 ** 10),
    );
    before = now;
  }
}

interface Run {
  readonly ms: number;
  readonly cpuMs: number;
  readonly peakBytes: number;
}

function synthesize(agents: number): Run {
  const outdir = mkdtempSync(join(tmpdir(), 'kaos-bench-'));
  const startedAt = performance.now();
  const args = ['node_modules/.bin/ts-node', '-T', join(__dirname, 'many-agents.ts'), String(agents), outdir];
  const { status, stdout } = spawnSync(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ms = performance.now() - startedAt;
  rmSync(outdir, { recursive: true });
  if (status !== 0) throw new Error(`${agents} agents could not be synthesized`);
  return { ms, ...(JSON.parse(stdout.toString()) as Omit<Run, 'ms'>) };
}
