import { type AssistantMessage, type ChatMessage, type FunctionSpec, type Usage } from './chat';

/** A language model that can ask for tools. */
export interface Model {
  /**
   * @param onText is given what the model says, piece by piece and before the reply is complete; the next piece waits
   *   until it is done with one. Without it, the model is not asked to stream.
   * @param onReasoning the same of what it says to itself before it answers
   * @throws ModelError when there is no usable reply, ModelRefusalError when the question is not taken
   */
  complete(
    question: ModelQuestion,
    signal: AbortSignal,
    onText?: OnText,
    onReasoning?: OnText,
  ): Promise<ModelReply>;
}

export type OnText = (piece: string) => Promise<void>;

export interface ModelQuestion {
  readonly messages: readonly ChatMessage[];
  readonly functions: readonly FunctionSpec[];
  /** Names of agents, by the functions that hand a task to them. */
  readonly agents?: ReadonlyMap<string, string>;
  /** Tools that are the client's, as it sent them. */
  readonly clientFunctions?: readonly object[];
  /** Fields of the request that a client may set, as OpenAI names them; the question's own fields win. */
  readonly parameters?: ModelParameters;
  /** The session that it is asked in, for traces. */
  readonly session?: string | undefined;
  /** When nobody waits for the reply any more, by `performance.now()`. */
  readonly deadline?: number | undefined;
}

export type ModelParameters = Readonly<Record<string, unknown>>;

export interface ModelReply {
  readonly message: ModelMessage;
  readonly finishReason: string;
  /** What it said to itself, which is no part of the conversation. */
  readonly reasoning?: string;
  /** What the model is to be told of calls that it asked for in a way in which they cannot be carried out. */
  readonly corrections?: readonly string[];
  /** What the gateway calls the reply and the model behind it. */
  readonly id: string | undefined;
  readonly model: string | undefined;
  /** As reported; never estimated. */
  readonly usage: Usage | undefined;
  /** From the request to the first chunk of a streamed reply. */
  readonly firstChunkMs?: number;
  /** From each chunk of a streamed reply to the next, if they are timed. */
  readonly laterChunksMs?: readonly number[];
}

export interface ModelMessage extends AssistantMessage {
  readonly content: string | null;
  /** Why the model does not answer, where it says so in place of an answer. */
  readonly refusal?: string;
}
