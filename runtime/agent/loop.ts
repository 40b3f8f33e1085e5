import { type Logger } from 'pino';
import { StepLimitError, TokenLimitError, ToolCallLimitError } from '../process/errors';
import { loopStep, type Operation } from '../telemetry/operations';
import { type Instrumentation } from '../telemetry/with-span';
import { type ApprovalRequest, type DecidedTurn, type NeedsApproval, type SuspendedTurn } from './approval';
import { askModel } from './ask-model';
import { callTool } from './call-tool';
import { addUsage, type ChatMessage, NO_USAGE, type ToolCall, type Usage } from './chat';
import { type ClientTools, toolParameters } from './client-tools';
import { type Model, type ModelParameters } from './model';
import { type NextStep, nextStep } from './next-step';
import { type RequestScope } from './request-scope';
import { Speech } from './speech';
import { carryOutDecided, suspendTurn } from './suspended-turn';
import { listTools, type Tools } from './tools';

/** What a loop works with; the same for every request. */
export interface LoopParts {
  readonly model: Model;
  /** What a model call is called on traces and metrics. */
  readonly inference: Operation;
  readonly tools: readonly Tools[];
  readonly needsApproval: NeedsApproval;
  readonly limits: LoopLimits;
  readonly instrumentation: Instrumentation;
  readonly log: Logger;
}

/** What one request may use before it is given up. An answer that is there is given, whatever it took. */
export interface LoopLimits {
  readonly maxSteps: number;
  /** Delegations count too. */
  readonly maxToolCalls: number | undefined;
  /** As the model reports them; of one that reports none, nothing is known. */
  readonly maxTokens: number | undefined;
}

/** What a request asks. */
export interface LoopQuestion {
  readonly messages: readonly ChatMessage[];
  /** Of each model call. */
  readonly parameters: ModelParameters;
  readonly clientTools: ClientTools;
  /** The model's last turn, which waited for approval, when that is what is gone on with. */
  readonly decided?: DecidedTurn | undefined;
  /** Whether what the model is to say is JSON. */
  readonly wantsJson: boolean;
}

export interface LoopResult {
  /** All that the agent said; null when it said nothing, and calls the client's tools or refuses. */
  readonly content: string | null;
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
 * calls of one turn run side by side; one that fails is news for the model.
 *
 * @throws ModelError when the model fails, a LimitError when a limit is reached without an answer, or why the
 *   request was given up
 */
export async function runLoop(
  parts: LoopParts,
  question: LoopQuestion,
  request: RequestScope,
): Promise<LoopResult> {
  const { limits, instrumentation } = parts;
  const { clientTools } = question;
  const tools = await listTools(parts.tools, request.signal, clientTools.names);
  const functions = [...tools.values()].map((tool) => tool.spec);
  const speech = new Speech(request.listener, question.wantsJson);
  const messages = [...question.messages];
  let usage = NO_USAGE;
  let toolCalls = 0;
  for (let step = 1; step <= limits.maxSteps; step++) {
    const end = await instrumentation.withSpan(loopStep(step, limits.maxSteps), async () => {
      if (step === 1 && question.decided) {
        toolCalls += question.decided.turn.tool_calls?.length ?? 0;
        checkLimits(limits, usage, toolCalls);
        messages.push(...(await carryOutDecided(parts, tools, question.decided, request)));
      }
      const parameters = { ...question.parameters, ...toolParameters(clientTools, tools, step) };
      const asked = { messages, functions, clientFunctions: clientTools.specs, parameters };
      const reply = await askModel(parts, asked, request.signal, speech.onText);
      usage = addUsage(usage, reply.usage ?? NO_USAGE);
      const next = nextStep(reply, clientTools.names);
      await speech.endTurn(reply.message.content ?? '', next.kind !== 'tool-calls');
      if (next.kind !== 'tool-calls') return next;
      toolCalls += next.calls.length;
      checkLimits(limits, usage, toolCalls);
      const waiting = next.calls.filter((call) => parts.needsApproval(tools.get(call.function.name)));
      if (waiting.length > 0) {
        const suspended = suspendTurn(messages, reply.message, waiting);
        return { kind: 'suspended' as const, suspended };
      }
      const results = await Promise.all(next.calls.map((call) => callTool(parts, tools, call, request)));
      messages.push(reply.message, ...results);
      return undefined;
    });
    if (end) return { ...resultOf(end, speech), usage, steps: step };
  }
  throw new StepLimitError(limits.maxSteps);
}

function resultOf(
  end:
    | Exclude<NextStep, { kind: 'tool-calls' }>
    | { readonly kind: 'suspended'; readonly suspended: SuspendedTurn },
  { text }: Speech,
): Omit<LoopResult, 'usage' | 'steps'> {
  if (end.kind === 'client-calls')
    return { content: text || null, refusal: null, toolCalls: end.calls, finishReason: 'tool_calls' };
  if (end.kind === 'suspended') {
    const { suspended } = end;
    return { content: text || null, refusal: null, toolCalls: [], finishReason: 'stop', suspended };
  }
  const { content, refusal = null, finishReason } = end;
  return { content: content === null ? text || null : text, refusal, toolCalls: [], finishReason };
}

/** Tools whose results no model would be told are not called. */
function checkLimits({ maxToolCalls, maxTokens }: LoopLimits, usage: Usage, toolCalls: number): void {
  if (maxToolCalls !== undefined && toolCalls > maxToolCalls) throw new ToolCallLimitError(maxToolCalls);
  const tokens = usage.inputTokens + usage.outputTokens;
  if (maxTokens !== undefined && tokens >= maxTokens) throw new TokenLimitError(maxTokens);
}
