import { isRequestOf } from './caller-span';
import { SpanTree, titleOf } from './span-tree';
import { type SpanRecord, type TopologyRun } from './topology-run';
import { refuse } from './trace-contract-error';

/**
 * For a run in the background: the task is a trace of its own, whose one root is the loop of the agent that was asked, with
 * exactly one link, to the span of its caller or to that of the request it came with; and nothing of it is in the trace of
 * its caller, who did not wait.
 *
 * @throws TraceContractError naming each span and link that is elsewhere, lost or too much
 */
export function expectTaskLinked(run: TopologyRun): void {
  const { caller } = run;
  if (!caller) throw new TypeError('the run has a caller who waited; give runTopology `background: true`');
  const tree = new SpanTree(run);
  const own = run.spans.filter((span) => !isRequestOf(caller, span));
  const stayed = own.filter(({ traceId }) => traceId === caller.traceId);
  const task = own.filter(({ traceId }) => traceId !== caller.traceId);
  const traces = [...new Set(task.map(({ traceId }) => traceId))];
  const roots = task.filter(({ parentSpanId }) => parentSpanId === null);
  const orphans = task.filter((span) => span.parentSpanId !== null && !tree.parentOf(span));
  const logged = run.logs.filter(({ traceId }) => traceId === caller.traceId);
  const isLoop = ({ name, service }: SpanRecord) => name === 'agent.agentic_loop' && service === run.agent;
  const leadsToCaller = (link: SpanRecord['links'][number]) => link.traceId === caller.traceId;
  const others = task.filter((span) => !roots.includes(span) && span.links.some(leadsToCaller));
  refuse('expectTaskLinked', [
    ...stayed.map((span) => `${titleOf(span)} is in the trace of its caller, who did not wait`),
    ...logged.map(({ service }) => `a log record of ${service} is in the trace of its caller`),
    ...(traces.length === 1 ? [] : [`the task is in ${traces.length} traces of its own, not in one`]),
    ...(traces.length === 1 && !traces.includes(run.traceId ?? '')
      ? [`the agent said that its trace is ${run.traceId}, and it is ${traces[0]}`]
      : []),
    ...(roots.length === 1 ? [] : [`the task has ${roots.length} roots, not one`]),
    ...roots.filter((root) => !isLoop(root)).map((root) => `${titleOf(root)} is no loop of ${run.agent}`),
    ...roots.flatMap((root) => problemsOfLinks(root, run, caller)),
    ...others.map((span) => `${titleOf(span)} is linked to the caller too, and is no root`),
    ...orphans.map((span) => `the parent of ${titleOf(span)}, ${span.parentSpanId}, is not there`),
  ]);
}

function problemsOfLinks(
  root: SpanRecord,
  { spans }: TopologyRun,
  caller: NonNullable<TopologyRun['caller']>,
): string[] {
  const [link, ...more] = root.links;
  if (!link || more.length > 0) return [`${titleOf(root)} has ${root.links.length} links, not one`];
  const { traceId, spanId } = link;
  const isRequest = spans.some((span) => isRequestOf(caller, span) && span.spanId === spanId);
  if (traceId === caller.traceId && (spanId === caller.spanId || isRequest)) return [];
  return [`${titleOf(root)} is linked to ${spanId} of ${traceId}, which is not its caller`];
}
