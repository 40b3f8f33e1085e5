import { SpanTree, titleOf } from './span-tree';
import { type TopologyRun } from './topology-run';
import { refuse } from './trace-contract-error';

const DELEGATION = /^delegate\./;
const LOOP = 'agent.agentic_loop';

/**
 * Each delegation that an agent of the chart took is the parent of exactly one loop, of that agent; and each loop but the
 * one that was asked from outside is the child of a delegation.
 *
 * @throws TraceContractError naming each delegation and loop that stands alone
 */
export function expectDelegationsParented(run: TopologyRun): void {
  const tree = new SpanTree(run);
  // A delegation that failed may not have reached anybody.
  const made = tree.named(DELEGATION).filter(({ status }) => status !== 'error');
  const alone = made.filter((span) => {
    const target = String(span.attributes['agent.delegation.target']);
    const loops = tree.named(LOOP).filter((loop) => loop.service === target && tree.callerOf(loop) === span);
    return run.services.includes(target) && loops.length !== 1;
  });
  const lost = tree
    .named(LOOP)
    .filter(({ service }) => service !== run.agent)
    .filter((loop) => !DELEGATION.test(tree.callerOf(loop)?.name ?? ''));
  refuse('expectDelegationsParented', [
    ...alone.map((span) => `${titleOf(span)} is the parent of no loop of its target, or of several`),
    ...lost.map((span) => `${titleOf(span)} is the child of no delegation`),
  ]);
}
