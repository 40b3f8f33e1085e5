import { type Span } from '@opentelemetry/api';
import { type Logger } from 'pino';
import {
  FailureForModel,
  reasonOf,
  StepLimitError,
  TokenLimitError,
  ToolCallLimitError,
  ToolError,
} from '../process/errors';
import { ATTRIBUTE } from '../telemetry/names';
import { executeUnknownTool, loopStep, type Operation } from '../telemetry/operations';
import { type Instrumentation } from '../telemetry/with-span';
import { addUsage, type ChatMessage, NO_USAGE, type ToolCall, type Usage } from './chat';
import { type Model, type ModelReply } from './model';
import { recordCall } from './memory/record-call';
import { nextStep } from './next-step';
import { type RequestScope } from './request-scope';
import { listTools, type Tool, type Tools } from './tools';

/** What a loop works with; the same for every request. */
export interface LoopParts {
  readonly model: Model;
  /** What a model call is called on traces and metrics. */
  readonly inference: Operation;
  readonly tools: readonly Tools[];
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

export interface LoopResult {
  readonly content: string;
  readonly finishReason: string;
  /** Of all model calls of this loop; what sub-agents used is theirs. */
  readonly usage: Usage;
  readonly steps: number;
}

/**
 * The agentic loop: ask the model, decide, act, and again until it answers. The tool calls of one turn run side
 * by side; one that fails is news for the model.
 *
 * @throws ModelError when the model fails, a LimitError when a limit is reached without an answer, or why the
 *   request was given up
 */
export async function runLoop(
  parts: LoopParts,
  conversation: readonly ChatMessage[],
  request: RequestScope,
): Promise<LoopResult> {
  const { limits, instrumentation } = parts;
  const tools = await listTools(parts.tools, request.signal);
  const messages = [...conversation];
  let usage = NO_USAGE;
  let toolCalls = 0;
  for (let step = 1; step <= limits.maxSteps; step++) {
    const answer = await instrumentation.withSpan(loopStep(step, limits.maxSteps), async () => {
      const reply = await askModel(parts, tools, messages, request.signal);
      usage = addUsage(usage, reply.usage ?? NO_USAGE);
      const next = nextStep(reply);
      if (next.kind === 'answer') return next;
      toolCalls += next.calls.length;
      checkLimits(limits, usage, toolCalls);
      const results = await Promise.all(next.calls.map((call) => callTool(parts, tools, call, request)));
      messages.push(reply.message, ...results);
      return undefined;
    });
    if (answer) return { content: answer.content, finishReason: answer.finishReason, usage, steps: step };
  }
  throw new StepLimitError(limits.maxSteps);
}

/** Tools whose results no model would be told are not called. */
function checkLimits({ maxToolCalls, maxTokens }: LoopLimits, usage: Usage, toolCalls: number): void {
  if (maxToolCalls !== undefined && toolCalls > maxToolCalls) throw new ToolCallLimitError(maxToolCalls);
  const tokens = usage.inputTokens + usage.outputTokens;
  if (maxTokens !== undefined && tokens >= maxTokens) throw new TokenLimitError(maxTokens);
}

function askModel(
  { model, inference, instrumentation }: LoopParts,
  tools: ReadonlyMap<string, Tool>,
  messages: readonly ChatMessage[],
  signal: AbortSignal,
): Promise<ModelReply> {
  const functions = [...tools.values()].map((tool) => tool.spec);
  return instrumentation.withSpan(inference, async (span) => {
    const reply = await model.complete({ messages, functions }, signal);
    describeReply(span, reply);
    if (reply.usage) {
      const tokens = { input: reply.usage.inputTokens, output: reply.usage.outputTokens };
      instrumentation.recordTokens(inference, tokens);
    }
    return reply;
  });
}

function describeReply(span: Span, { id, model, finishReason, usage }: ModelReply): void {
  if (id !== undefined) span.setAttribute(ATTRIBUTE.genAiResponseId, id);
  if (model !== undefined) span.setAttribute(ATTRIBUTE.genAiResponseModel, model);
  span.setAttribute(ATTRIBUTE.genAiFinishReasons, [finishReason]);
  if (usage) setUsage(span, usage);
}

export function setUsage(span: Span, usage: Usage): void {
  span.setAttribute(ATTRIBUTE.genAiInputTokens, usage.inputTokens);
  span.setAttribute(ATTRIBUTE.genAiOutputTokens, usage.outputTokens);
}

async function callTool(
  { instrumentation, log }: LoopParts,
  tools: ReadonlyMap<string, Tool>,
  call: ToolCall,
  request: RequestScope,
): Promise<ChatMessage> {
  const name = call.function.name;
  const tool = tools.get(name);
  const record = recordCall(request.recorder, tool, call);
  const answer = (content: string): ChatMessage => ({ role: 'tool', tool_call_id: call.id, content });
  try {
    const result = await instrumentation.withSpan(
      tool?.operation ?? executeUnknownTool(name),
      async (span) => {
        span.setAttribute(ATTRIBUTE.genAiToolCallId, call.id);
        if (!tool) throw unknownTool(name, tools);
        const output = await tool.call(parseArguments(call), request);
        log.debug(`${tool.operation.name} answered`);
        return output;
      },
    );
    record.result(result);
    return answer(result);
  } catch (error) {
    const reason = reasonFor(error);
    record.failure(reason);
    // Nobody waits any more, or the time is up: there is nobody left to tell.
    if (request.signal.aborted) throw reasonOf(request.signal);
    return answer(`Error: ${reason}`);
  }
}

/** What the model is told of a failure. */
function reasonFor(error: unknown): string {
  if (error instanceof FailureForModel) return error.forModel;
  return error instanceof Error ? error.message : String(error);
}

function unknownTool(name: string, tools: ReadonlyMap<string, Tool>): ToolError {
  const known = [...tools.keys()].join(', ') || '(none)';
  return new ToolError('tool_unknown', 'the model called a tool that it was not offered', {
    forModel: `there is no tool "${name}"; call one of: ${known}`,
  });
}

function parseArguments({ function: { name, arguments: text } }: ToolCall): Record<string, unknown> {
  try {
    const value: unknown = text.trim() === '' ? {} : JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch {
    // Falls through: text that is no JSON and JSON that is no object are the same mistake.
  }
  throw new ToolError('tool_arguments_invalid', `the arguments of "${name}" are not a JSON object`);
}
