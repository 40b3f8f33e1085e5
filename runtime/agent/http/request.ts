import { z } from 'zod';
import { InvalidRequestError } from '../../process/errors';
import { type Decisions, decisions } from '../approval/approvals';
import { type ChatMessage } from '../model/chat';
import { type ClientTools } from '../client-tools';
import { type ModelParameters } from '../model/model';
import { parameterFields, parametersIn } from './parameters';

/** A chat request as a client sends it; fields that are not known are ignored, as OpenAI does. */
export interface ChatRequest {
  readonly messages: readonly ChatMessage[];
  /** Named in the reply. */
  readonly model: string | undefined;
  /** The session that it belongs to. */
  readonly session: string | undefined;
  /** Whether the last that was said is a task from another agent; undefined when a user said it. */
  readonly isTask: true | undefined;
  /** Whether the reply is to come piece by piece … */
  readonly stream: boolean;
  /** … and to say at its end what it took. */
  readonly includeUsage: boolean;
  /** For the model, as the client gave them. */
  readonly parameters: ModelParameters;
  readonly clientTools: ClientTools;
  /** What it says of tool calls that wait for approval, by their ids. */
  readonly approval?: Decisions;
}

/** Ids become part of keys and paths, so there is little that they may hold. */
const sessionId = z.string().regex(/^[\w.:-]{1,128}$/, {
  error: 'must be 1 to 128 letters, digits, ".", ":", "-" or "_"',
});

/** A part of text without text would be a question that says nothing; of other parts the model's gateway knows more. */
const contentPart = z
  .looseObject({ type: z.string() })
  .refine(({ type, text }) => type !== 'text' || typeof text === 'string', {
    error: 'must be a string',
    path: ['text'],
  });

const content = z.union([z.string(), z.array(contentPart).min(1)], {
  error: 'must be a string or a list of content parts',
});

const toolCalls = z.array(
  z.object({
    id: z.string(),
    type: z.literal('function'),
    function: z.object({ name: z.string(), arguments: z.string() }),
  }),
);

/** Models have rules of their own for what follows. */
const functionName = z.string().regex(/^\S{1,256}$/, { error: 'must be 1 to 256 characters, and no blanks' });

const clientTools = z.array(
  z.looseObject({
    type: z.literal('function', { error: 'must be "function"' }),
    function: z.looseObject({ name: functionName }),
  }),
);

const toolChoice = z.union(
  [
    z.enum(['auto', 'none', 'required']),
    z.object({ type: z.literal('function'), function: z.object({ name: functionName }) }),
  ],
  { error: 'must be "auto", "none", "required" or a function' },
);

/** To be without it, or to say that it is null, is the same. */
const optionalText = z
  .string()
  .nullish()
  .transform((text) => text ?? undefined);

const requestMessage = z.discriminatedUnion('role', [
  z.object({ role: z.enum(['system', 'developer', 'user']), name: optionalText, content }),
  z.object({ role: z.literal('task-delegation'), content }),
  z
    .object({
      role: z.literal('assistant'),
      name: optionalText,
      content: content.nullish(),
      refusal: optionalText,
      tool_calls: toolCalls.optional(),
    })
    .transform(({ tool_calls, ...rest }) => ({
      ...rest,
      content: rest.content ?? null,
      ...(tool_calls && tool_calls.length > 0 ? { tool_calls } : {}),
    })),
  z.object({ role: z.literal('tool'), tool_call_id: z.string(), content }),
]);

const requestFields = z.object({
  messages: z.array(requestMessage),
  model: z.string().optional(),
  session_id: sessionId.nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  // One answer is what a loop comes to.
  n: z.literal(1, { error: 'must be 1' }).nullish(),
  tools: clientTools.nullish(),
  tool_choice: toolChoice.nullish(),
  approval: decisions.nullish(),
  ...parameterFields,
});

/** Whoever decides on tool calls need not say anything else. */
const chatRequest = z.preprocess((body) => {
  const decides = typeof body === 'object' && body !== null && 'approval' in body && body.approval != null;
  return decides && !('messages' in body) ? { ...body, messages: [] } : body;
}, requestFields);

/** Far more than a schema of a tool needs, far less than would break whoever writes it down again. */
const MAX_DEPTH = 100;

/** @throws InvalidRequestError naming the field that is wrong */
export function parseChatRequest(body: unknown): ChatRequest {
  refuseDeeper(body, MAX_DEPTH);
  const parsed = chatRequest.safeParse(body);
  if (!parsed.success) throw invalid(parsed.error.issues[0]);
  const { messages, model, session_id, stream, stream_options, tools, tool_choice } = parsed.data;
  const approval = parsed.data.approval ?? undefined;
  if (messages.length === 0 && !approval)
    throw new InvalidRequestError('messages: must hold at least one message', 'messages');
  const lastSaid = messages.findLast(({ role }) => role === 'user' || role === 'task-delegation');
  if (!lastSaid && !approval) {
    throw new InvalidRequestError(
      'messages: must hold a message of role "user" or "task-delegation"',
      'messages',
    );
  }
  return {
    messages: messages.map(asChatMessage),
    model,
    session: session_id ?? undefined,
    isTask: lastSaid?.role === 'task-delegation' || undefined,
    stream: stream ?? false,
    includeUsage: stream_options?.include_usage ?? false,
    parameters: parametersIn(parsed.data),
    clientTools: {
      names: new Set(tools?.map((tool) => tool.function.name)),
      specs: tools ?? [],
      choice: tool_choice ?? undefined,
    },
    ...(approval ? { approval } : {}),
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

function refuseDeeper(value: unknown, levels: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (levels === 0) throw new InvalidRequestError(`the body is nested deeper than ${MAX_DEPTH} levels`);
  for (const inner of Object.values(value)) refuseDeeper(inner, levels - 1);
}
