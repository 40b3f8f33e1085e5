import { type Agent } from '../agent';
import { type IMCPServer } from '../mcp-server';

/**
 * Reports what is to wait for approval and is the name of no tool, as far as the tools of the finished agent are known:
 * nobody would be asked. The process tells of the rest once its servers are there.
 */
export function unmatchedApprovals(agent: Agent, toolApproval: readonly string[] = []): string[] {
  const { mcpServers, delegates } = agent;
  if (mcpServers.length === 0) return [];
  const known = [
    ...mcpServers.map(({ name, toolNames }) => ({ name, tools: toolNames && spokenNames(name, toolNames) })),
    ...delegates.map(({ name }) => ({ name, tools: [`delegate_to_${name}`] })),
  ];
  return toolApproval
    .filter((pattern) => !pattern.includes('*'))
    .filter((pattern) => {
      const [origin, tool] = partsOf(pattern);
      const asked = known.filter(({ name }) => origin === undefined || name === origin);
      return asked.every(({ tools }) => tools && !tools.includes(tool));
    })
    .map((pattern) => `toolApproval has "${pattern}", which is no tool; ${adviceOn(mcpServers)}`);
}

/** A tool goes by the name that the model calls it by, too. */
function spokenNames(server: string, tools: readonly string[]): readonly string[] {
  const asFunction = (name: string) => name.replace(/[^A-Za-z0-9_-]/g, '_');
  return tools.flatMap((tool) => [tool, asFunction(tool), asFunction(`${server}_${tool}`)]);
}

function partsOf(pattern: string): readonly [origin: string | undefined, tool: string] {
  const slash = pattern.indexOf('/');
  return slash < 0 ? [undefined, pattern] : [pattern.slice(0, slash), pattern.slice(slash + 1)];
}

function adviceOn(servers: readonly IMCPServer[]): string {
  const tools = servers.flatMap(({ name, toolNames = ['*'] }) => toolNames.map((tool) => `${name}/${tool}`));
  return `give some of ${tools.join(', ')}`;
}
