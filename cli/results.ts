import { styleFor } from './console';
import { type Outcome } from './local/ask';
import { type LogRecord, type MetricRecord, type SpanRecord } from './local/collector/records';
import { type LocalSystem } from './local/system';
import { buildTrace } from './local/trace/build-trace';
import { renderTrace } from './local/trace/render-trace';
import { type Workload } from './local/workload';

/** All that one question made, as `kaos run --json` prints it. */
export interface Results {
  /** Chart of the agent that was asked. */
  readonly chart: string;
  readonly agent: string;
  readonly message: string;
  readonly answer: string;
  readonly status: Outcome['status'];
  readonly traceId: string | null;
  readonly spans: readonly SpanRecord[];
  readonly logs: readonly LogRecord[];
  readonly metrics: readonly MetricRecord[];
}

export function resultsOf(
  { chart, title: agent }: Workload,
  message: string,
  { answer, status, traceId }: Outcome,
  { collector }: LocalSystem,
): Results {
  const { spans = [], logs = [], metrics = [] } = collector?.store ?? {};
  return { chart, agent, message, answer, status, traceId, spans, logs, metrics };
}

/** The answer, and the trace that shows how it came about. */
export function printOutcome(
  { agent, answer, status, traceId, spans }: Results,
  stream: NodeJS.WriteStream,
): void {
  const style = styleFor(stream);
  const mark = status === 'ok' ? style.bold(agent) : style.red(`${agent} failed`);
  stream.write(`\n${mark}\n${answer.replace(/^/gm, '  ')}\n\n`);
  const own = spans.filter((span) => span.traceId === traceId);
  if (own.length === 0) {
    const reason =
      traceId === null ? 'the agent reports none' : 'none of its spans came, as when it was not sampled';
    stream.write(style.dim(`no trace: ${reason}\n`));
    return;
  }
  stream.write(`${renderTrace(buildTrace(own), { width: stream.columns || 100, color: style.color })}\n`);
}
