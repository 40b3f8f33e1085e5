import { randomUUID } from 'node:crypto';
import { type Usage } from '../model/chat';
import { type LoopResult } from '../loop';
import { type ChatRequest } from './request';

/** What the parts of one reply have in common. */
export interface CompletionHead {
  readonly id: string;
  readonly created: number;
  readonly model: string;
  readonly session_id?: string;
}

/** @param agent names the model, when the client does not */
export function completionHead(agent: string, { model, session }: ChatRequest): CompletionHead {
  return {
    id: `chatcmpl-${randomUUID().replaceAll('-', '')}`,
    created: Math.floor(Date.now() / 1000),
    model: model ?? agent,
    // For who asked for a session; for all others a reply is exactly OpenAI's.
    ...(session === undefined ? {} : { session_id: session }),
  };
}

/** The whole reply in one. */
export function completion(
  { id, ...head }: CompletionHead,
  { content, reasoning, refusal, toolCalls, finishReason, usage, approval, notice }: LoopResult,
) {
  const calls = toolCalls.length > 0 ? { tool_calls: toolCalls } : {};
  // Where the model says none, a message is exactly OpenAI's.
  const thoughts = reasoning === undefined ? {} : { reasoning_content: reasoning };
  const message = { role: 'assistant', content: withNotice(content, notice), ...thoughts, refusal, ...calls };
  return {
    id,
    object: 'chat.completion',
    ...head,
    choices: [{ index: 0, message, logprobs: null, finish_reason: finishReason }],
    usage: usageCounts(usage),
    // Clients that do not know it pass over it, and show the text, which says the same.
    ...(approval ? { kaos: approval } : {}),
  };
}

/** Between what the model said and what the agent adds. */
export const BEFORE_NOTICE = '\n\n';

function withNotice(content: string | null, notice: string | undefined): string | null {
  return content === null || notice === undefined
    ? (content ?? notice ?? null)
    : content + BEFORE_NOTICE + notice;
}

export function usageCounts({ inputTokens, outputTokens }: Usage) {
  return {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
  };
}
