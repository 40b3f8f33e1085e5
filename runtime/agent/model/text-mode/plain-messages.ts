import { type ChatMessage, type ToolCall } from '../chat';
import { contentText } from '../../context/content-text';
import { TOOL_FAILURE } from '../../tools/tools';

/**
 * A conversation for a model that knows neither tool calls nor their results: calls are written as the blocks that it
 * would write, or left out, and all results of one turn are one message of the user's.
 *
 * @param agents names of agents, by the tools that hand a task to them
 */
export function plainMessages(
  messages: readonly ChatMessage[],
  agents: ReadonlyMap<string, string>,
  { withCalls = true }: { readonly withCalls?: boolean } = {},
): ChatMessage[] {
  const plain: ChatMessage[] = [];
  const calls = new Map<string, ToolCall>();
  let results: string[] = [];
  const tellResults = () => {
    if (results.length > 0) plain.push({ role: 'user', content: results.join('\n\n') });
    results = [];
  };
  for (const message of messages) {
    if (message.role === 'tool') {
      const call = calls.get(message.tool_call_id);
      results.push(resultText(call?.function.name ?? 'unknown', contentText(message.content), agents));
      continue;
    }
    tellResults();
    if (message.role !== 'assistant' || !message.tool_calls) {
      plain.push(message);
      continue;
    }
    for (const call of message.tool_calls) calls.set(call.id, call);
    const blocks = withCalls ? message.tool_calls.map((call) => blockOf(call, agents)) : [];
    const parts = [contentText(message.content), ...blocks].filter((part) => part !== '');
    if (parts.length > 0) plain.push({ role: 'assistant', content: parts.join('\n\n') });
  }
  tellResults();
  return plain;
}

/** In the words of KAOS. */
function resultText(name: string, text: string, agents: ReadonlyMap<string, string>): string {
  const agent = agents.get(name);
  const hasFailed = text.startsWith(TOOL_FAILURE);
  const said = hasFailed ? text.slice(TOOL_FAILURE.length) : text;
  if (agent !== undefined) return `${hasFailed ? 'Delegation failed' : 'Agent response'} (${agent}): ${said}`;
  return `${hasFailed ? 'Tool execution failed' : 'Tool result'} (${name}): ${said}`;
}

function blockOf(
  { function: { name, arguments: args } }: ToolCall,
  agents: ReadonlyMap<string, string>,
): string {
  const agent = agents.get(name);
  const values = parsed(args);
  if (agent === undefined) return fenced('tool_call', { tool: name, arguments: values });
  return fenced('delegate', { agent, ...(typeof values === 'object' ? values : { task: values }) });
}

function fenced(label: string, value: unknown): string {
  return `\`\`\`${label}\n${JSON.stringify(value)}\n\`\`\``;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
