import { type AssistantMessage, type ChatMessage, type FunctionSpec, type Usage } from './chat';

/** A language model that can ask for tools. */
export interface Model {
  /** @throws ModelError when there is no usable reply */
  complete(question: ModelQuestion, signal: AbortSignal): Promise<ModelReply>;
}

export interface ModelQuestion {
  readonly messages: readonly ChatMessage[];
  readonly functions: readonly FunctionSpec[];
}

export interface ModelReply {
  readonly message: AssistantMessage;
  readonly finishReason: string;
  /** What the gateway calls the reply and the model behind it. */
  readonly id: string | undefined;
  readonly model: string | undefined;
  /** As reported; never estimated. */
  readonly usage: Usage | undefined;
}
