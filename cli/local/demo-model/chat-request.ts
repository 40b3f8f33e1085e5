import { OpenAIError } from '../gateway/openai-error';

/** What the demo model reads of an OpenAI chat request. */
export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly tools: readonly FunctionTool[];
  /** A function's name when the request wants that one. */
  readonly toolChoice: 'auto' | 'none' | 'required' | { readonly name: string };
  readonly parallelToolCalls: boolean;
  readonly stream: boolean;
  readonly includeUsage: boolean;
}

export interface ChatMessage {
  readonly role: (typeof ROLES)[number];
  /** Text of the message; parts that are not text are left out. */
  readonly text: string;
  readonly toolCalls: readonly ToolCall[];
  readonly toolCallId: string | undefined;
}

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** JSON. */
  readonly arguments: string;
}

export interface FunctionTool {
  readonly name: string;
  readonly parameters: unknown;
}

const ROLES = ['system', 'developer', 'user', 'assistant', 'tool'] as const;

/** @throws OpenAIError 400 naming the parameter that is wrong */
export function readChatRequest(body: unknown): ChatRequest {
  const request = objectAt(body, 'the body');
  const messages = listAt(request.messages, 'messages').map(readMessage);
  if (messages.length === 0) throw invalid('messages', [], 'at least one message');
  const tools = request.tools === undefined ? [] : listAt(request.tools, 'tools').flatMap(readTool);
  checkToolResults(messages);
  return {
    model: textAt(request.model, 'model'),
    messages,
    tools,
    toolChoice: readToolChoice(request.tool_choice, tools),
    parallelToolCalls: request.parallel_tool_calls !== false,
    stream: request.stream === true,
    includeUsage: objectAt(request.stream_options ?? {}, 'stream_options').include_usage === true,
  };
}

function readMessage(value: unknown, index: number): ChatMessage {
  const path = `messages[${index}]`;
  const message = objectAt(value, path);
  const role = ROLES.find((name) => name === message.role);
  if (!role) throw invalid(`${path}.role`, message.role, `one of ${ROLES.join(', ')}`);
  const calls = message.tool_calls ?? [];
  return {
    role,
    text: readContent(message.content, `${path}.content`),
    toolCalls: listAt(calls, `${path}.tool_calls`).map((call, at) =>
      readCall(call, `${path}.tool_calls[${at}]`),
    ),
    toolCallId: role === 'tool' ? textAt(message.tool_call_id, `${path}.tool_call_id`) : undefined,
  };
}

function readContent(value: unknown, path: string): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) throw invalid(path, value, 'a string or a list of parts');
  const parts = value.map((part, index) => objectAt(part, `${path}[${index}]`));
  return parts.flatMap((part) => (typeof part.text === 'string' ? [part.text] : [])).join('\n');
}

function readCall(value: unknown, path: string): ToolCall {
  const call = objectAt(value, path);
  const { name, arguments: json } = objectAt(call.function, `${path}.function`);
  return {
    id: textAt(call.id, `${path}.id`),
    name: textAt(name, `${path}.function.name`),
    arguments: typeof json === 'string' ? json : '',
  };
}

/** Tools that are not functions have no schema to call them by, so they are left alone. */
function readTool(value: unknown, index: number): FunctionTool[] {
  const tool = objectAt(value, `tools[${index}]`);
  if (tool.type !== 'function') return [];
  const { name, parameters } = objectAt(tool.function, `tools[${index}].function`);
  return [{ name: textAt(name, `tools[${index}].function.name`), parameters: parameters ?? {} }];
}

function readToolChoice(value: unknown, tools: readonly FunctionTool[]): ChatRequest['toolChoice'] {
  if (value === undefined || value === null) return 'auto';
  if (value === 'auto' || value === 'none' || value === 'required') return value;
  if (typeof value !== 'object') throw invalid('tool_choice', value, 'auto, none, required or a function');
  const { name } = objectAt(objectAt(value, 'tool_choice').function, 'tool_choice.function');
  if (!tools.some((tool) => tool.name === name))
    throw invalid('tool_choice.function.name', name, 'the name of a tool that is offered');
  return { name: textAt(name, 'tool_choice.function.name') };
}

/** As OpenAI holds it: each tool call is answered once, and each tool message answers a call. */
function checkToolResults(messages: readonly ChatMessage[]): void {
  const open = new Set<string>();
  for (const [index, message] of messages.entries()) {
    if (message.toolCallId !== undefined && !open.delete(message.toolCallId))
      throw invalid(
        `messages[${index}].tool_call_id`,
        message.toolCallId,
        'the id of a call that is still open',
      );
    if (message.role !== 'tool' && open.size > 0)
      throw invalid(
        `messages[${index}].role`,
        message.role,
        `a tool message for ${[...open].join(', ')} first`,
      );
    for (const call of message.toolCalls) open.add(call.id);
  }
  if (open.size > 0)
    throw new OpenAIError(400, `no tool message answers ${[...open].join(', ')}`, { param: 'messages' });
}

function objectAt(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid(path, value, 'an object');
  return value as Readonly<Record<string, unknown>>;
}

function listAt(value: unknown, path: string): unknown[] {
  if (!Array.isArray(value)) throw invalid(path, value, 'a list');
  return value;
}

function textAt(value: unknown, path: string): string {
  if (typeof value !== 'string' || value === '') throw invalid(path, value, 'a non-empty string');
  return value;
}

function invalid(param: string, value: unknown, wanted: string): OpenAIError {
  const shown = value === undefined ? 'missing' : (JSON.stringify(value)?.slice(0, 80) ?? typeof value);
  return new OpenAIError(400, `${param} is ${shown}; give ${wanted}`, { param });
}
