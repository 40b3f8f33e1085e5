import { peerAgentUrlVariable } from '../../runtime/contract';
import { UserError } from './errors';
import { addressesAt, chartsHave, type Plan } from './plan';
import { type Workload } from './workload';

export function agentsOf(plan: Plan): readonly Workload[] {
  return plan.workloads.filter(({ role }) => role === 'agent');
}

/** The agents that nobody delegates to. */
export function entryAgents(plan: Plan): readonly Workload[] {
  const delegatedTo = new Set(agentsOf(plan).flatMap((agent) => delegates(plan, agent)));
  return agentsOf(plan).filter((agent) => !delegatedTo.has(agent));
}

/**
 * The agent of that name, or title where several have the name; without one, the agent that nobody delegates to.
 *
 * @throws UserError when it is not there, or when it is not clear which is meant
 */
export function chooseAgent(plan: Plan, name: string | undefined): Workload {
  const agents = agentsOf(plan);
  const isOne = plan.charts.length === 1;
  const charts = chartsHave(plan);
  if (agents.length === 0)
    throw new UserError(`${charts} no agent to ask; add one to ${isOne ? 'it' : 'them'}`);
  const candidates = name === undefined ? entryAgents(plan) : named(agents, name);
  const [agent, ...others] = candidates;
  if (agent && others.length === 0) return agent;
  if (name === undefined) {
    const problem = `${agent ? 'several agents' : 'no agent'} that nobody delegates to`;
    throw new UserError(
      `${charts} ${problem}; name one with --agent: ${titles(agents, agent ? candidates : agents)}`,
    );
  }
  throw new UserError(
    agent
      ? `${charts} several agents "${name}"; name one with --agent: ${titles(agents, candidates)}`
      : `${charts} no agent "${name}"; ${isOne ? 'it has' : 'they have'}: ${titles(agents, agents)}`,
  );
}

function named(agents: readonly Workload[], name: string): readonly Workload[] {
  const byTitle = agents.filter(({ title }) => title === name);
  return byTitle.length > 0 ? byTitle : agents.filter((agent) => agent.name === name);
}

/** Some of the agents, each as it can be asked for among all. */
function titles(agents: readonly Workload[], some: readonly Workload[]): string {
  // A name is the shorter way to say it, where it says it.
  const shortest = ({ name, title }: Workload) => (named(agents, name).length === 1 ? name : title);
  return some.map(shortest).sort().join(', ');
}

/** The agents of the plan that one of them may delegate to. */
export function delegates(plan: Plan, agent: Workload): Workload[] {
  const value = (variable: string) => agent.container.env.find(({ name }) => name === variable)?.value;
  const names = value('PEER_AGENTS')?.split(',') ?? [];
  return names.flatMap((name) => {
    const url = value(peerAgentUrlVariable(name));
    const host = url && URL.canParse(url) ? new URL(url).hostname : undefined;
    return host ? addressesAt(plan, host).map(({ workload }) => workload) : [];
  });
}
