import { type AgentSettings } from '../../runtime/contract';
import { type ToolDefinition } from '../../runtime/mcp-server/tool';
import { type JsonReply, type Listening, postJson } from './http';
import { startAgent, startToolServer } from './in-process';
import { type Script, type ScriptedModel, startScriptedModel } from './scripted-model';

/** An agent "lead" with a scripted model and, when there are tools, a tool server "search". */
export interface Lead extends Listening {
  readonly model: ScriptedModel;
  /** Sends a question, or the text of one. */
  ask(
    question?: string | object,
    headers?: Readonly<Record<string, string>>,
    signal?: AbortSignal,
  ): Promise<JsonReply>;
}

export async function startLead(
  script: Script,
  settings: Partial<AgentSettings> = {},
  tools?: Readonly<Record<string, ToolDefinition>>,
  port = 0,
): Promise<Lead> {
  const model = await startScriptedModel(script);
  const search = tools && (await startToolServer('search', tools));
  const mcpServers = search ? [{ name: 'search', url: search.url }] : [];
  const defaults = { name: 'lead', modelUrl: model.url, model: 'gpt-4o', mcpServers };
  const agent = await startAgent({ ...defaults, ...settings }, port);
  return {
    ...agent,
    model,
    ask: (question = 'go', headers, signal) => {
      const body =
        typeof question === 'string' ? { messages: [{ role: 'user', content: question }] } : question;
      return postJson(`${agent.url}/v1/chat/completions`, body, headers, signal);
    },
    close: async () => {
      await Promise.all([agent.close(), model.close(), search?.close()]);
    },
  };
}
