import { Chart } from 'cdk8s';
import { FAULTS, type RunTopologyOptions } from './run-topology-options';

/** What happens while an answer streams. */
const STREAM_FAULTS: readonly unknown[] = ['client-hangs-up', 'agent-is-stopped'];

export function needsStream(fault: RunTopologyOptions['fault']): boolean {
  return STREAM_FAULTS.includes(fault);
}

/**
 * The charts that are to run, for tests that no compiler has seen.
 *
 * @throws TypeError when there is none, or something else among them
 */
export function checkedCharts(chart: unknown): readonly [Chart, ...Chart[]] {
  const charts: readonly unknown[] = Array.isArray(chart) ? chart : [chart];
  const [first, ...others] = charts;
  if (Chart.isChart(first) && others.every((other) => Chart.isChart(other)))
    return charts as [Chart, ...Chart[]];
  const other = charts.find((each) => !Chart.isChart(each));
  const problem = charts.length === 0 ? 'there is no chart' : `the chart is ${shown(other)}`;
  throw new TypeError(`${problem}; give runTopology a Chart of cdk8s, or a list of them`);
}

/**
 * Refuses what would make a test green that tests nothing.
 *
 * @throws TypeError when an option is none that there is, or when options exclude each other: whoever does not wait has
 * no stream to hang up, or to lose
 */
export function checkOptions(options: RunTopologyOptions): void {
  const { message, fault, background, stream } = options as Partial<RunTopologyOptions>;
  if (typeof message !== 'string' || message.trim() === '')
    throw new TypeError(`message is ${shown(message)}; give the question as a text`);
  if (fault !== undefined && !FAULTS.includes(fault))
    throw new TypeError(`fault is ${shown(fault)}; give one of ${FAULTS.join(', ')}`);
  if (!background) return;
  if (stream) throw new TypeError('background and stream exclude each other; give one of them');
  if (needsStream(fault))
    throw new TypeError(
      `background and the fault ${fault}, which needs a stream, exclude each other; give one of them`,
    );
}

function shown(value: unknown): string {
  if (value === undefined) return 'missing';
  if (typeof value === 'string') return JSON.stringify(value);
  return value === null ? 'null' : `of type ${typeof value}`;
}
