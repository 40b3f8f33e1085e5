import { ModelError } from '../process/errors';
import { type ToolCall } from './model/chat';
import { type ModelReply } from './model/model';

/** What a model reply asks for. */
export type NextStep =
  | {
      readonly kind: 'answer';
      readonly content: string | null;
      readonly refusal: string | undefined;
      readonly finishReason: string;
    }
  | { readonly kind: 'tool-calls'; readonly calls: readonly ToolCall[] }
  | { readonly kind: 'client-calls'; readonly calls: readonly ToolCall[] }
  /** Nothing that can be done: the model is told why. */
  | { readonly kind: 'correction' }
  /** An answer that is not in the format that the client wants. */
  | { readonly kind: 'misfit'; readonly problems: readonly string[] };

/**
 * Calls of the client's tools come before all others, which are not carried out: only the client could tell the model
 * of all of them together, and it knows nothing of the agent's own. The model asks for them again when it needs them.
 *
 * @param clientTools names of tools that the client carries out
 * @throws ModelError when the reply has neither text nor tool calls
 */
export function nextStep(
  { message, finishReason, corrections = [] }: ModelReply,
  clientTools: ReadonlySet<string> = new Set(),
): NextStep {
  const { content, refusal, tool_calls: calls = [] } = message;
  const clientCalls = calls.filter((call) => clientTools.has(call.function.name));
  if (clientCalls.length > 0) return { kind: 'client-calls', calls: clientCalls };
  if (calls.length > 0) return { kind: 'tool-calls', calls };
  if (corrections.length > 0) return { kind: 'correction' };
  if (content !== null || refusal) return { kind: 'answer', content, refusal, finishReason };
  throw new ModelError('the model gave neither an answer nor a tool call');
}
