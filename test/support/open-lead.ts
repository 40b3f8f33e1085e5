import { startLead } from './lead';

/** What a test opens and `closeAll` closes, in this order. */
export const open: { close(): Promise<unknown> }[] = [];

export async function closeAll(): Promise<void> {
  for (const part of open.splice(0)) await part.close();
}

export const QUESTION = { messages: [{ role: 'user', content: 'go' }] } as const;

/** An agent "lead", its model and what asks it, until `closeAll`; what it is given is what `startLead` takes. */
export async function openLead(...given: Parameters<typeof startLead>) {
  const agent = await startLead(...given);
  open.unshift(agent);
  return { agent, model: agent.model, ask: agent.ask };
}
