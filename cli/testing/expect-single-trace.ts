import { isRequestOf } from './caller-span';
import { SpanTree, titleOf } from './span-tree';
import { type TopologyRun } from './topology-run';
import { refuse } from './trace-contract-error';

/**
 * One request is one trace: all spans of the run have its trace id, exactly one of them has no parent, and the parents of
 * all others are there. Of a run in the background the requests of the caller, who has a trace of its own, do not count.
 *
 * @throws TraceContractError naming each span that is elsewhere or lost
 */
export function expectSingleTrace(run: TopologyRun): void {
  const tree = new SpanTree(run);
  const { caller } = run;
  const spans = caller ? run.spans.filter((span) => !isRequestOf(caller, span)) : run.spans;
  const roots = spans.filter(({ parentSpanId }) => parentSpanId === null);
  const elsewhere = spans.filter(({ traceId }) => traceId !== run.traceId);
  const orphans = spans.filter((span) => span.parentSpanId !== null && !tree.parentOf(span));
  refuse('expectSingleTrace', [
    ...(spans.length === 0 ? ['the run has no spans; is telemetry on for its agents?'] : []),
    ...elsewhere.map((span) => `${titleOf(span)} is in trace ${span.traceId}, not in ${run.traceId}`),
    ...(roots.length > 1 ? [`there are ${roots.length} roots: ${roots.map(titleOf).join(', ')}`] : []),
    ...orphans.map((span) => `the parent of ${titleOf(span)}, ${span.parentSpanId}, is not there`),
  ]);
}
