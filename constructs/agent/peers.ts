import { Construct, type IConstruct } from 'constructs';
import { type IAgent } from '../agent';
import { fail } from '../fail';
import { described } from '../given';

/** Models take 64 characters in a tool's name, of which `delegate_to_` takes 12. */
const LONGEST_SUB_AGENT = 52;

/** What each is told by, and what to give. */
const ROLES = {
  'tool server': { property: 'mcpUrl', fix: 'give an MCPServer or MCPServer.fromUrl(…)' },
  'sub-agent': { property: 'cardUrl', fix: 'give an Agent or Agent.fromUrl(…)' },
} as const;

/** Something that an agent calls by name. */
interface Peer extends IConstruct {
  readonly name: string;
}

/** Refuses a peer whose address would stand in the same variable as that of one which the agent has. True if it is taken. */
export function mayAddPeer(
  agent: IConstruct,
  role: keyof typeof ROLES,
  variableOf: (name: string) => string,
  peers: readonly Peer[],
  added: Peer,
): boolean {
  const { property, fix } = ROLES[role];
  if (!Construct.isConstruct(added) || !(property in added)) {
    const what = Construct.isConstruct(added) ? added.node.path : described(added);
    fail(agent, `a ${role} is ${what}`, fix);
    return false;
  }
  if (role === 'sub-agent' && added.name.length > LONGEST_SUB_AGENT) {
    const problem = `the name of sub-agent "${added.name}" has ${added.name.length} characters`;
    fail(agent, problem, `models take ${LONGEST_SUB_AGENT} in the name of the tool that it becomes`);
  }
  if (added === agent) {
    fail(agent, 'the agent is its own sub-agent', 'remove it from subAgents');
    return false;
  }
  const variable = variableOf(added.name);
  const other = peers.find((peer) => variableOf(peer.name) === variable);
  if (other === added) fail(agent, `${role} "${added.name}" is given twice`, 'give it once');
  else if (other) {
    const problem = `the ${role}s ${other.node.path} and ${added.node.path} share the variable ${variable}`;
    fail(agent, problem, 'give one of them another id');
  }
  return other === undefined;
}

/** Reports agents that delegate in a circle, once: on the one whose path comes first. */
export function delegationCircles(start: IAgent): string[] {
  const circle = wayBack(start, start, new Set());
  if (!circle) return [];
  const paths = circle.map((agent) => agent.node.path);
  if (paths.some((path) => path < start.node.path)) return [];
  const way = [start.node.path, ...paths].join(' -> ');
  return [
    `agents delegate in a circle, ${way}; leave one of them out of subAgents, or add it by addSubAgent with allowCycle`,
  ];
}

/** The agents on the way from one to the goal, goal included. */
function wayBack(from: IAgent, goal: IAgent, seen: Set<IAgent>): IAgent[] | undefined {
  for (const agent of from.subAgents) {
    if (agent === goal) return [goal];
    if (seen.has(agent)) continue;
    seen.add(agent);
    const rest = wayBack(agent, goal, seen);
    if (rest) return [agent, ...rest];
  }
  return undefined;
}
