import { SpanTree, titleOf } from './span-tree';
import { type TopologyRun } from './topology-run';
import { refuse } from './trace-contract-error';

/**
 * For a run whose client hung up: the loop that was asked ended as cancelled, no span of an agent or tool server
 * is an error. What gateways make of it is theirs.
 *
 * @throws TraceContractError naming what ended otherwise
 */
export function expectCancelled(run: TopologyRun): void {
  const loops = new SpanTree(run).named('agent.agentic_loop').filter(({ service }) => service === run.agent);
  const errors = run.spans.filter(
    ({ status, service }) => status === 'error' && run.services.includes(service),
  );
  refuse('expectCancelled', [
    ...(loops.length === 0 ? [`no loop of ${run.agent} has ended`] : []),
    ...loops
      .filter(({ attributes, status }) => attributes['kaos.cancelled'] !== true || status !== 'unset')
      .map((loop) => `${titleOf(loop)} did not end as cancelled`),
    ...errors.map((span) => `${titleOf(span)} is an error: ${span.statusMessage}`),
  ]);
}
