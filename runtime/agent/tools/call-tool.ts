import { reasonOf } from '../../process/errors';
import { FailureForModel, ToolError } from '../../process/failure-for-model';
import { ATTRIBUTE } from '../../telemetry/names';
import { executeUnknownTool } from '../../telemetry/tool-operations';
import { type ChatMessage, type ToolCall } from '../model/chat';
import { type CallProgress, type LoopListener } from '../listener';
import { type JsonSchemas } from './json-schemas';
import { type LoopParts } from '../loop';
import { recordCall } from '../memory/record-call';
import { type RequestScope } from '../request-scope';
import { shortened } from './shortened';
import { type Tool, TOOL_FAILURE } from './tools';

/**
 * Carries out the calls of one turn, a bounded number of them at a time. What is left of the request's budget is shared
 * among the agents that they hand tasks on to.
 *
 * @returns what the model is told of each, in the order of the calls
 * @throws why the request was given up
 */
export async function callTools(
  parts: LoopParts,
  tools: ReadonlyMap<string, Tool>,
  calls: readonly ToolCall[],
  request: RequestScope,
): Promise<ChatMessage[]> {
  const told: ChatMessage[] = [];
  const waiting = calls.entries();
  const delegates = ({ function: { name } }: ToolCall) => tools.get(name)?.kind === 'delegation';
  let delegations = calls.filter(delegates).length;
  const work = async () => {
    for (const [index, call] of waiting) {
      const share = delegates(call) ? request.budget?.reserve(delegations--) : undefined;
      try {
        told[index] = await callTool(parts, tools, call, { ...request, share });
      } finally {
        share?.close();
      }
    }
  };
  const atATime = Math.min(parts.limits.maxParallelToolCalls, calls.length);
  await Promise.all(Array.from({ length: atATime }, work));
  return told;
}

/** Carries out one call of the model's; one that fails is news for the model. */
async function callTool(
  parts: LoopParts,
  tools: ReadonlyMap<string, Tool>,
  call: ToolCall,
  request: RequestScope,
): Promise<ChatMessage> {
  const tool = tools.get(call.function.name);
  const report = progressOf(request.listener, tool, call);
  const record = recordCall(request.recorder, tool, call);
  const answer = (text: string): ChatMessage => ({
    role: 'tool',
    tool_call_id: call.id,
    content: shortened(text, parts.limits.maxToolResultChars),
  });
  request.signal.throwIfAborted();
  await report('started');
  let result: string;
  try {
    result = await carryOut(parts, tools, call, request);
  } catch (error) {
    const reason = reasonFor(error);
    record.failure(reason);
    // Nobody waits any more, or the time is up: there is nobody left to tell.
    if (request.signal.aborted) throw reasonOf(request.signal);
    await report('failed');
    return answer(TOOL_FAILURE + reason);
  }
  record.result(result);
  await report('succeeded');
  return answer(result);
}

function carryOut(
  { instrumentation, schemas, log }: LoopParts,
  tools: ReadonlyMap<string, Tool>,
  call: ToolCall,
  request: RequestScope,
): Promise<string> {
  const name = call.function.name;
  const tool = tools.get(name);
  return instrumentation.withSpan(tool?.operation ?? executeUnknownTool(name), async (span) => {
    span.setAttribute(ATTRIBUTE.genAiToolCallId, call.id);
    if (!tool) throw unknownTool(name, tools);
    const args = parseArguments(call);
    checkArguments(tool, args, schemas);
    const output = await tool.call(args, request);
    log.debug(`${tool.operation.name} answered`);
    return output;
  });
}

function progressOf(
  listener: LoopListener,
  tool: Tool | undefined,
  { id, function: { name } }: ToolCall,
): (state: CallProgress['state']) => Promise<void> | undefined {
  const what =
    tool?.kind === 'delegation'
      ? ({ kind: 'delegation', id, name: tool.origin } as const)
      : ({ kind: 'tool', id, name } as const);
  return (state) => listener.progress?.({ ...what, state });
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

/** Delegations look at their task themselves. */
function checkArguments({ kind, spec }: Tool, args: unknown, schemas: JsonSchemas): void {
  const problems = kind === 'tool' ? schemas.problemsOf(args, spec.parameters) : [];
  if (problems.length === 0) return;
  throw new ToolError('tool_arguments_invalid', `the arguments of "${spec.name}" do not fit its schema`, {
    forModel: `the arguments of "${spec.name}" do not fit its schema: ${problems.join('; ')}`,
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
