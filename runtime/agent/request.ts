import { z } from 'zod';
import { InvalidRequestError } from '../process/errors';
import { type ChatMessage } from './chat';

/** A chat request as a client sends it; fields that are not known are ignored, as OpenAI does. */
export interface ChatRequest {
  readonly messages: readonly ChatMessage[];
  /** Named in the reply. */
  readonly model: string | undefined;
  /** The session that it belongs to. */
  readonly session: string | undefined;
  /** Whether the last that was said is a task from another agent; undefined when a user said it. */
  readonly isTask: true | undefined;
}

/** Ids become part of keys and paths, so there is little that they may hold. */
const sessionId = z.string().regex(/^[\w.:-]{1,128}$/, {
  error: 'must be 1 to 128 letters, digits, ".", ":", "-" or "_"',
});

const content = z.union([z.string(), z.array(z.looseObject({ type: z.string() })).min(1)], {
  error: 'must be a string or a list of content parts',
});

const toolCalls = z.array(
  z.object({
    id: z.string(),
    type: z.literal('function'),
    function: z.object({ name: z.string(), arguments: z.string() }),
  }),
);

const requestMessage = z.discriminatedUnion('role', [
  z.object({ role: z.enum(['system', 'developer', 'user']), content }),
  z.object({ role: z.literal('task-delegation'), content }),
  z
    .object({ role: z.literal('assistant'), content: content.nullish(), tool_calls: toolCalls.optional() })
    .transform(({ tool_calls, ...rest }) => ({
      ...rest,
      content: rest.content ?? null,
      ...(tool_calls && tool_calls.length > 0 ? { tool_calls } : {}),
    })),
  z.object({ role: z.literal('tool'), tool_call_id: z.string(), content }),
]);

const chatRequest = z.object({
  messages: z.array(requestMessage).min(1, { error: 'must hold at least one message' }),
  model: z.string().optional(),
  session_id: sessionId.nullish(),
  stream: z.literal(false, { error: 'streaming is not offered yet; leave it out or send false' }).nullish(),
});

/** @throws InvalidRequestError naming the field that is wrong */
export function parseChatRequest(body: unknown): ChatRequest {
  const parsed = chatRequest.safeParse(body);
  if (!parsed.success) throw invalid(parsed.error.issues[0]);
  const { messages, model, session_id } = parsed.data;
  const lastSaid = messages.findLast(({ role }) => role === 'user' || role === 'task-delegation');
  if (!lastSaid) {
    throw new InvalidRequestError(
      'messages: must hold a message of role "user" or "task-delegation"',
      'messages',
    );
  }
  return {
    messages: messages.map(asChatMessage),
    model,
    session: session_id ?? undefined,
    isTask: lastSaid.role === 'task-delegation' || undefined,
  };
}

/** @throws InvalidRequestError when it is no id; `source` says where it came from */
export function parseSessionId(text: string, source: string): string {
  const parsed = sessionId.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new InvalidRequestError(`${source}: ${parsed.error.issues[0]?.message}`);
}

/** A task from another agent is to the model what a user's message is. */
function asChatMessage(message: z.output<typeof requestMessage>): ChatMessage {
  return message.role === 'task-delegation' ? { ...message, role: 'user' } : message;
}

function invalid(issue: z.core.$ZodIssue | undefined): InvalidRequestError {
  const param = issue?.path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .slice(1);
  if (!issue || !param) return new InvalidRequestError('the body must be a JSON object with "messages"');
  return new InvalidRequestError(`${param}: ${issue.message}`, param);
}
