import { agentsOf, delegates } from './agents';
import { type Plan } from './plan';
import { type Workload } from './workload';

/**
 * The workloads of a plan in the order in which they end: each agent after those that delegate to it, then what agents
 * call, then the collectors. What one ends with is so still answered, and what all of them flush still received.
 */
export function stopOrder(plan: Plan): readonly (readonly Workload[])[] {
  const agents = agentsOf(plan);
  const collectors = plan.workloads.filter(({ role }) => role === 'otel-collector');
  const called = plan.workloads.filter((each) => !agents.includes(each) && !collectors.includes(each));
  return [...callersFirst(plan, agents), called, collectors].filter(({ length }) => length > 0);
}

function callersFirst(plan: Plan, agents: readonly Workload[]): (readonly Workload[])[] {
  if (agents.length === 0) return [];
  const called = new Set(
    agents.flatMap((agent) => delegates(plan, agent).filter((other) => other !== agent)),
  );
  const first = agents.filter((agent) => !called.has(agent));
  // Those that are left delegate in a circle: none of them comes first.
  if (first.length === 0) return [agents];
  return [
    first,
    ...callersFirst(
      plan,
      agents.filter((agent) => called.has(agent)),
    ),
  ];
}
