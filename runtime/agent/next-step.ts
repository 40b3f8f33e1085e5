import { ModelError } from '../process/errors';
import { type ToolCall } from './chat';
import { type ModelReply } from './model';

/** What a model reply asks for. */
export type NextStep =
  | { readonly kind: 'answer'; readonly content: string; readonly finishReason: string }
  | { readonly kind: 'tool-calls'; readonly calls: readonly ToolCall[] };

/** @throws ModelError when the reply has neither text nor tool calls */
export function nextStep({ message, finishReason }: ModelReply): NextStep {
  if (message.tool_calls && message.tool_calls.length > 0)
    return { kind: 'tool-calls', calls: message.tool_calls };
  if (typeof message.content === 'string') return { kind: 'answer', content: message.content, finishReason };
  throw new ModelError('the model gave neither an answer nor a tool call');
}
