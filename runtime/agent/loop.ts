import { type Logger } from 'pino';
import { StepLimitError } from '../process/limit-errors';
import { loopStep, type Operation } from '../telemetry/operations';
import { type Instrumentation } from '../telemetry/with-span';
import {
  type ApprovalRequest,
  type DecidedTurn,
  type NeedsApproval,
  type SuspendedTurn,
} from './approval/approval';
import { type AnswerFormat } from './answer-format';
import { type ChatMessage, type ToolCall, type Usage } from './model/chat';
import { type BudgetLimits } from './budget';
import { type ClientTools } from './client-tools';
import { type ContextLimit } from './context/context-limit';
import { type JsonSchemas } from './tools/json-schemas';
import { LoopRun } from './loop-run';
import { type Model, type ModelParameters } from './model/model';
import { type RequestScope } from './request-scope';
import { listTools, type Tools } from './tools/tools';
import { tellUnavailable } from './tools/unavailable';

/** What a loop works with; the same for every request. */
export interface LoopParts {
  readonly model: Model;
  /** What a model call is called on traces and metrics. */
  readonly inference: Operation;
  readonly tools: readonly Tools[];
  readonly needsApproval: NeedsApproval;
  readonly schemas: JsonSchemas;
  readonly limits: LoopLimits;
  /** Undefined for a model that is told everything. */
  readonly contextLimit?: ContextLimit;
  readonly instrumentation: Instrumentation;
  readonly log: Logger;
}

/** What one request may use before it is given up. An answer that is there is given, whatever it took. */
export interface LoopLimits extends BudgetLimits {
  readonly maxSteps: number;
  /** Of one turn, at a time. */
  readonly maxParallelToolCalls: number;
  /** Of one result. */
  readonly maxToolResultChars: number;
}

/** What a request asks. */
export interface LoopQuestion {
  readonly messages: readonly ChatMessage[];
  /** The session that it belongs to, for traces. */
  readonly session?: string | undefined;
  /** Of each model call. */
  readonly parameters: ModelParameters;
  readonly clientTools: ClientTools;
  /** The model's last turn, which waited for approval, when that is what is gone on with. */
  readonly decided?: DecidedTurn | undefined;
  /** Undefined for text. */
  readonly format: AnswerFormat | undefined;
}

export interface LoopResult {
  /** All that the agent said; null when it said nothing, and calls the client's tools or refuses. */
  readonly content: string | null;
  /** What the model said to itself in all turns, where it says that; for the client alone. */
  readonly reasoning?: string;
  /** Why the model does not answer, where it says so. */
  readonly refusal: string | null;
  /** Calls of the client's own tools, which the client carries out before it asks again. */
  readonly toolCalls: readonly ToolCall[];
  readonly finishReason: string;
  /** Of all model calls of this loop; what sub-agents used is theirs. */
  readonly usage: Usage;
  readonly steps: number;
  /** The turn with which it stopped, because a person is to approve of its calls. */
  readonly suspended?: SuspendedTurn;
  /** What the client is told of that turn. */
  readonly approval?: ApprovalRequest;
  /** The same in words, for clients that show text alone. */
  readonly notice?: string | undefined;
}

/**
 * The agentic loop: ask the model, decide, act, and again until it answers, or calls a tool of the client. The tool
 * calls of one turn run side by side; one that fails is news for the model. So is an answer that is not in the format
 * that the client wants, once.
 *
 * @throws ModelError when the model fails, a LimitError when a limit is reached without an answer, a
 *   ResponseFormatError when the answer does not fit, or why the request was given up
 */
export async function runLoop(
  parts: LoopParts,
  question: LoopQuestion,
  request: RequestScope,
): Promise<LoopResult> {
  const { limits, instrumentation } = parts;
  const { tools, unavailable } = await listTools(parts.tools, request.signal, question.clientTools.names);
  const told = { ...question, messages: tellUnavailable(question.messages, unavailable) };
  const run = new LoopRun(parts, told, request, tools);
  for (let step = run.firstStep; step <= limits.maxSteps; step++) {
    const result = await instrumentation.withSpan(loopStep(step, limits.maxSteps), () => run.step(step));
    if (result) return result;
  }
  throw new StepLimitError(limits.maxSteps);
}
