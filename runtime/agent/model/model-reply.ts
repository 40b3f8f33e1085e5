import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { ModelError } from '../../process/errors';
import { type ToolCall, type Usage } from './chat';
import { type ModelReply } from './model';

/** @throws ModelError when it is no chat completion */
export function parseReply(json: unknown): ModelReply {
  const parsed = completion.safeParse(json);
  if (!parsed.success) throw notACompletion(parsed.error);
  const { id, model, choices, usage } = parsed.data;
  const [{ message, finish_reason }] = choices as [(typeof choices)[number]];
  const calls = (message.tool_calls ?? []).map((call) =>
    toolCallOf(callId(call.id), call.function.name, call.function.arguments ?? ''),
  );
  const { content = null, refusal } = message;
  const reasoning = reasoningIn(message);
  return {
    id,
    model,
    ...replyOf({ content, refusal, calls, reasoning }, finish_reason),
    usage: usageOf(usage),
  };
}

export function notACompletion(cause: unknown): ModelError {
  return new ModelError('the model gateway answered with something else than a chat completion', { cause });
}

/** Results are told apart by it, and some gateways give none. */
export function callId(given: string | null | undefined): string {
  return given || `call_${randomUUID().replaceAll('-', '')}`;
}

export function toolCallOf(id: string, name: string, args: string): ToolCall {
  return { id, type: 'function', function: { name, arguments: args } };
}

export function replyOf(
  {
    content,
    refusal,
    calls,
    reasoning,
  }: {
    content: string | null;
    refusal: string | null | undefined;
    calls: readonly ToolCall[];
    reasoning: string;
  },
  finishReason: string | null | undefined,
): Pick<ModelReply, 'message' | 'finishReason' | 'reasoning'> {
  const message = {
    role: 'assistant',
    content,
    ...(refusal ? { refusal } : {}),
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
  } as const;
  return {
    message,
    finishReason: finishReason ?? 'stop',
    ...(reasoning === '' ? {} : { reasoning }),
  };
}

/** LiteLLM and DeepSeek call it one thing, OpenRouter and newer servers of open models another. */
export const reasoningFields = {
  reasoning_content: z.string().nullish().catch(undefined),
  reasoning: z.string().nullish().catch(undefined),
};

export function reasoningIn(
  said:
    | {
        readonly reasoning_content?: string | null | undefined;
        readonly reasoning?: string | null | undefined;
      }
    | null
    | undefined,
): string {
  return said?.reasoning_content ?? said?.reasoning ?? '';
}

export function usageOf(usage: z.output<typeof usageCounts>): Usage | undefined {
  if (!usage) return undefined;
  const { prompt_tokens, completion_tokens, prompt_tokens_details, completion_tokens_details } = usage;
  return {
    inputTokens: prompt_tokens,
    outputTokens: completion_tokens,
    cacheReadTokens: prompt_tokens_details?.cached_tokens ?? undefined,
    // LiteLLM's word, after Anthropic.
    cacheWriteTokens: usage.cache_creation_input_tokens ?? undefined,
    reasoningTokens: completion_tokens_details?.reasoning_tokens ?? undefined,
  };
}

const count = z.number().nullish().catch(undefined);

/** An answer is no worse for a count that cannot be read. */
export const usageCounts = z
  .object({
    prompt_tokens: z.number(),
    completion_tokens: z.number(),
    prompt_tokens_details: z.object({ cached_tokens: count }).nullish().catch(undefined),
    completion_tokens_details: z.object({ reasoning_tokens: count }).nullish().catch(undefined),
    cache_creation_input_tokens: count,
  })
  .nullish()
  .catch(undefined);

/** Text, which gateways of models that say more than that give in parts; of those that are no text, nothing is kept. */
export const textOrParts = z.union([
  z.string(),
  z
    .array(z.looseObject({ type: z.string(), text: z.string().optional().catch(undefined) }))
    .transform((parts) => parts.map(({ type, text }) => (type === 'text' ? (text ?? '') : '')).join('')),
]);

/** JSON in text, which some gateways have unpacked already. */
export const packedArguments = z.union([
  z.string(),
  z.record(z.string(), z.unknown()).transform((args) => JSON.stringify(args)),
]);

const toolCall = z.object({
  id: z.string().nullish(),
  function: z.object({ name: z.string(), arguments: packedArguments.nullish() }),
});

const completion = z.object({
  id: z.string().optional(),
  model: z.string().optional(),
  choices: z
    .array(
      z.object({
        finish_reason: z.string().nullish(),
        message: z.object({
          ...reasoningFields,
          content: textOrParts.nullish(),
          refusal: z.string().nullish(),
          tool_calls: z.array(toolCall).nullish(),
        }),
      }),
    )
    .min(1),
  usage: usageCounts,
});
