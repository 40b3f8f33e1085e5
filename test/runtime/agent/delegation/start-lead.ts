import { type AgentSettings } from '../../../../runtime/contract';
import { type Listening } from '../../../support/http';
import { startAgent } from '../../../support/in-process';
import { type Script, startScriptedModel } from '../../../support/scripted-model';

/** What a test opens and `closeAll` closes. */
export const open: Listening[] = [];

export async function closeAll(): Promise<void> {
  await Promise.all(open.splice(0).map((server) => server.close()));
}

export const QUESTION = { messages: [{ role: 'user', content: 'go' }] } as const;

/** An agent and its model. */
export async function startLead(script: Script, settings: Partial<AgentSettings> = {}) {
  const model = await startScriptedModel(script);
  const agent = await startAgent({ name: 'lead', modelUrl: model.url, model: 'gpt-4o', ...settings });
  open.unshift(agent, model);
  return { agent, model };
}
