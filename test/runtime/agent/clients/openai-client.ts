import OpenAI from 'openai';
import { openLead } from '../../../support/open-lead';
import { type Script } from '../../../support/scripted-model';

/** OpenAI's own client of an agent with that model. */
export async function startClient(script: Script, settings: Parameters<typeof openLead>[1] = {}) {
  const { agent, model } = await openLead(script, settings);
  const client = new OpenAI({ baseURL: `${agent.url}/v1`, apiKey: 'not-a-real-key', maxRetries: 0 });
  return { client, model };
}

export function failureOf(work: PromiseLike<unknown>): Promise<unknown> {
  return Promise.resolve(work).then(
    () => undefined,
    (error: unknown) => error,
  );
}
