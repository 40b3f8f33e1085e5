import { distributionsOf } from './metrics';
import { SpanTree } from './span-tree';
import { type SpanRecord, type TopologyRun } from './topology-run';
import { refuse } from './trace-contract-error';

const KINDS = ['input', 'output'] as const;

/**
 * Tokens have one owner, the agent that asked: those on its spans `model.inference` are those of its loop and those of the
 * metric `gen_ai.client.token.usage`, and nobody else counts them.
 *
 * @throws TraceContractError naming each agent and kind of token whose counts differ
 */
export function expectUsageCountedOnce(run: TopologyRun): void {
  const tree = new SpanTree(run);
  const calls = tree.named('model.inference');
  const agents = [...new Set(calls.map(({ service }) => service))].sort();
  const usage = distributionsOf(run, 'gen_ai.client.token.usage');
  const of = (spans: readonly SpanRecord[], agent: string, kind: string) =>
    spans
      .filter(({ service }) => service === agent)
      .reduce((sum, { attributes }) => sum + Number(attributes[`gen_ai.usage.${kind}_tokens`] ?? 0), 0);
  const problems = agents.flatMap((agent) =>
    KINDS.flatMap((kind) => {
      const onCalls = of(calls, agent, kind);
      const onLoops = of(tree.named('agent.agentic_loop'), agent, kind);
      const counted = usage
        .filter(({ service, attributes }) => service === agent && attributes['gen_ai.token.type'] === kind)
        .reduce((sum, point) => sum + (point.sum ?? 0), 0);
      if (onCalls === onLoops && onCalls === counted) return [];
      return [
        `${kind} tokens of ${agent} are ${onCalls} on its model calls, ${onLoops} on its loops, ${counted} in the metric`,
      ];
    }),
  );
  const others = [...new Set(usage.map(({ service }) => service))].filter(
    (service) => !agents.includes(service),
  );
  refuse('expectUsageCountedOnce', [
    ...(calls.length === 0 ? ['the run has no model call'] : []),
    ...problems,
    ...others.map((service) => `${service} counts tokens too, and it has asked no model`),
  ]);
}
