import { argumentsFor } from './arguments-for';
import { type ChatMessage, type ChatRequest, type FunctionTool, type ToolCall } from './chat-request';

/** What the demo model says next: an answer, or calls to make first. */
export type Reply =
  | { readonly kind: 'answer'; readonly text: string }
  | { readonly kind: 'calls'; readonly calls: readonly Omit<ToolCall, 'id'>[] };

/**
 * Walks what it is offered: each tool that was not called since the last user message is called once, all in
 * one turn; with nothing left to call it sums up what came back.
 */
export function nextReply(request: ChatRequest): Reply {
  const turn = request.messages.slice(request.messages.findLastIndex(({ role }) => role === 'user') + 1);
  const question = request.messages.findLast(({ role }) => role === 'user')?.text.trim() ?? '';
  const called = new Set(turn.flatMap((message) => message.toolCalls.map((call) => call.name)));
  const due = wanted(request).filter((tool) => !called.has(tool.name));
  const now = request.parallelToolCalls ? due : due.slice(0, 1);
  if (now.length === 0) return { kind: 'answer', text: summary(question, resultsOf(turn)) };
  const calls = now.map(({ name, parameters }) => {
    return { name, arguments: JSON.stringify(argumentsFor(parameters, question)) };
  });
  return { kind: 'calls', calls };
}

/** The tools that the request lets the model call, each once. */
function wanted({ tools, toolChoice }: ChatRequest): FunctionTool[] {
  if (toolChoice === 'none') return [];
  const distinct = [...new Map(tools.map((tool) => [tool.name, tool])).values()];
  if (typeof toolChoice === 'string') return distinct;
  return distinct.filter((tool) => tool.name === toolChoice.name);
}

interface Result {
  readonly tool: string;
  readonly text: string;
}

function resultsOf(turn: readonly ChatMessage[]): Result[] {
  const names = new Map(
    turn.flatMap(({ toolCalls }) => toolCalls.map(({ id, name }) => [id, name] as const)),
  );
  return turn
    .filter((message) => message.role === 'tool')
    .map(({ toolCallId = '', text }) => ({ tool: names.get(toolCallId) ?? toolCallId, text }));
}

function summary(question: string, results: readonly Result[]): string {
  if (results.length === 0) {
    const point = question === '' ? 'You asked nothing yet' : `You asked: ${excerpt(question)}`;
    return `${point}\nThis is the demo model: it has no knowledge of its own, and there was no tool to ask.`;
  }
  const lines = results.map(({ tool, text }) => {
    if (text.trim() === '') return `- ${tool} gave back nothing`;
    const heading = looksFailed(text) ? `- ${tool} failed:` : `- ${tool}:`;
    return text.includes('\n') ? `${heading}\n${text.replace(/^/gm, '  ')}` : `${heading} ${text}`;
  });
  return [`Here is what I found about: ${excerpt(question)}`, ...lines].join('\n');
}

function excerpt(question: string): string {
  return question.length <= 200 ? question : `${question.slice(0, 199)}…`;
}

/**
 * Tool messages have no flag for failure; their text says so, in its first clause (`Error: …`, `Tool add
 * failed: …`, `MCP error -32001: …`) or, where it is JSON, by an `error`.
 */
function looksFailed(text: string): boolean {
  if (/^\s*\{\s*"(?:error|isError)"\s*:\s*(?!null|false)/.test(text)) return true;
  return /^[^.:\n]{0,80}?\b(?:error|failed|failure|exception|timed out)\b(?=\s*(?:[:([]|-?\d|$|with\b|after\b|because\b))/i.test(
    text.split('\n', 1)[0] ?? '',
  );
}
