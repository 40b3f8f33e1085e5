/** The part of OpenAI's chat completions format that agents, gateways and models exchange. */

export type ChatMessage =
  | {
      readonly role: 'system' | 'developer' | 'user';
      /** Who of several speaks. */
      readonly name?: string | undefined;
      readonly content: MessageContent;
    }
  | AssistantMessage
  | { readonly role: 'tool'; readonly tool_call_id: string; readonly content: MessageContent };

export type MessageContent = string | readonly ContentPart[];

/** Text, an image, audio …: passed on to the model as it came. */
export interface ContentPart {
  readonly type: string;
  readonly [field: string]: unknown;
}

export interface AssistantMessage {
  readonly role: 'assistant';
  readonly name?: string | undefined;
  readonly content: MessageContent | null;
  /** What it said instead of an answer. */
  readonly refusal?: string | undefined;
  readonly tool_calls?: readonly ToolCall[];
}

export interface ToolCall {
  readonly id: string;
  readonly type: 'function';
  /** `arguments` is JSON as the model wrote it, so it may be malformed. */
  readonly function: { readonly name: string; readonly arguments: string };
}

/** A tool as the model is told of it. */
export interface FunctionSpec {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of the arguments. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Those of the input that were read from a cache, or written to one, where a gateway tells. */
  readonly cacheReadTokens?: number | undefined;
  readonly cacheWriteTokens?: number | undefined;
  /** Those of the output that nobody got to read, likewise. */
  readonly reasoningTokens?: number | undefined;
}

export const NO_USAGE: Usage = { inputTokens: 0, outputTokens: 0 };

export function addUsage(a: Usage, b: Usage): Usage {
  return { inputTokens: a.inputTokens + b.inputTokens, outputTokens: a.outputTokens + b.outputTokens };
}
