import { z } from 'zod';
import { type AgentSettings } from '../../../../runtime/contract';
import { tool } from '../../../../runtime/mcp-server/tool';
import { getJson, type JsonReply, type Listening, postJson } from '../../../support/http';
import { startToolServer } from '../../../support/in-process';
import { open, openLead } from '../../../support/open-lead';
import { asksFor, inTurn, says, type Script, type ScriptedModel } from '../../../support/scripted-model';

/** Of these the first is to be approved. */
export const CALLS = asksFor(['delete_file', { path: '/tmp/x' }], ['read_file', { path: '/tmp/x' }]);

/** An agent with a tool that is to be approved, and one that is not. */
export async function started(
  settings: Partial<AgentSettings> = {},
  script: Script = inTurn(CALLS, says('done')),
): Promise<{ agent: Listening; ran: string[]; model: ScriptedModel }> {
  const ran: string[] = [];
  const named = (name: string) =>
    tool({
      description: name,
      input: z.object({ path: z.string() }),
      handler: ({ path }) => {
        ran.push(name);
        return `${name} ${path}`;
      },
    });
  const files = await startToolServer('files', {
    delete_file: named('delete_file'),
    read_file: named('read_file'),
  });
  open.push(files);
  const mcpServers = [{ name: 'files', url: files.url }];
  const { agent, model } = await openLead(script, { mcpServers, toolApproval: ['delete_*'], ...settings });
  return { agent, ran, model };
}

export function user(content: unknown): { role: string; content: unknown } {
  return { role: 'user', content };
}

export function say(agent: Listening, content: string): Promise<JsonReply> {
  return send(agent, { messages: [user(content)] });
}

/** In the session "s". */
export function send(agent: Listening, body: object): Promise<JsonReply> {
  return postJson(`${agent.url}/v1/chat/completions`, { session_id: 's', ...body });
}

export async function eventsOf(agent: Listening): Promise<[type: string, content: unknown][]> {
  const { body } = await getJson(`${agent.url}/memory/events?session_id=s`);
  return body.events.map(({ event_type, content }: { event_type: string; content: unknown }) => [
    event_type,
    content,
  ]);
}
