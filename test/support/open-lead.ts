import { type AgentSettings } from '../../runtime/contract';
import { type ToolDefinition } from '../../runtime/mcp-server/tool';
import { startLead } from './lead';
import { type Script } from './scripted-model';

/** What a test opens and `closeAll` closes, in this order. */
export const open: { close(): Promise<unknown> }[] = [];

export async function closeAll(): Promise<void> {
  for (const part of open.splice(0)) await part.close();
}

export const QUESTION = { messages: [{ role: 'user', content: 'go' }] } as const;

/** An agent "lead", its model and what asks it, until `closeAll`. */
export async function openLead(
  script: Script,
  settings: Partial<AgentSettings> = {},
  tools?: Readonly<Record<string, ToolDefinition>>,
) {
  const agent = await startLead(script, settings, tools);
  open.unshift(agent);
  return { agent, model: agent.model, ask: agent.ask };
}
