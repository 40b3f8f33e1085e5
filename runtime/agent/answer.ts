import { type AgentConfig } from '../contract';
import { ApprovalError, HttpError, InvalidRequestError } from '../process/errors';
import { ATTRIBUTE } from '../telemetry/names';
import { agenticLoop } from '../telemetry/operations';
import { traceResponse } from '../telemetry/trace-context';
import { approvalNotice, type DecidedTurn, pendingCalls, type SuspendedTurn } from './approval/approval';
import { takeUp } from './approval/approvals';
import { type ChatMessage } from './model/chat';
import { answerFormat, wantsText } from './answer-format';
import { setUsage } from './ask-model';
import { type LoopParts, type LoopResult, runLoop } from './loop';
import { type Recorder } from './memory/recorder';
import { type Sessions } from './memory/sessions';
import { type ChatRequest } from './http/request';
import { type RequestScope } from './request-scope';

/**
 * Answers chat requests: the agent's instructions, the conversation, the loop, all in one span.
 *
 * @param onTrace is told at once by which headers a reply, good or bad, says which trace shows how it came about
 */
export type Answerer = (
  request: ChatRequest,
  scope: RequestScope,
  onTrace: (headers: Record<string, string>) => void,
) => Promise<LoopResult>;

export function buildAnswerer(
  config: AgentConfig,
  instructions: string,
  parts: LoopParts & { readonly sessions: Sessions },
): Answerer {
  const whole = agenticLoop(config, false);
  const streamed = agenticLoop(config, true);
  const { withSpan } = parts.instrumentation;
  return async (request, scope, onTrace) => {
    const taken = await takeUpOrRefuse(config, request, parts.sessions);
    return withSpan(request.stream ? streamed : whole, async (span) => {
      onTrace(traceResponse());
      const { session } = request;
      if (session !== undefined)
        span.setAttributes({ [ATTRIBUTE.sessionId]: session, [ATTRIBUTE.genAiConversationId]: session });
      const { sessions } = parts;
      const decided = taken();
      const history = decided ? [] : await historyOf(request, sessions);
      const question = {
        messages: decided
          ? [instructionsOf(instructions), ...decided.messages]
          : conversationOf(instructions, history, request.messages),
        decided,
        session,
        parameters: request.parameters,
        clientTools: request.clientTools,
        format: answerFormat(request.parameters, parts.schemas),
      };
      const result = await inSession(request, scope.recorder, sessions, async () => {
        if (decided) recordVerdicts(scope.recorder, decided);
        const end = await runLoop(parts, question, scope);
        return end.suspended ? suspended(request, scope.recorder, sessions, end, end.suspended) : end;
      });
      setUsage(span, result.usage);
      span.setAttribute(ATTRIBUTE.genAiFinishReasons, [result.finishReason]);
      const { inputTokens, outputTokens } = result.usage;
      parts.log.info({ steps: result.steps, inputTokens, outputTokens }, 'request answered');
      await scope.listener.answered?.(result);
      return result;
    });
  };
}

/**
 * What was said before: a client that sends what the assistant said keeps the conversation itself and sends all of
 * it; one that does not sends what is new, and is reminded of the rest by its session.
 */
async function historyOf({ session, messages }: ChatRequest, sessions: Sessions) {
  const keepsItself = messages.some(({ role }) => role === 'assistant');
  return session === undefined || keepsItself ? [] : sessions.recall(session);
}

/** What a client says of the system comes before what was said earlier: many models take it at the start alone. */
function conversationOf(
  instructions: string,
  history: readonly ChatMessage[],
  messages: readonly ChatMessage[],
): ChatMessage[] {
  const start = messages.findIndex(({ role }) => role !== 'system' && role !== 'developer');
  return [instructionsOf(instructions), ...messages.slice(0, start), ...history, ...messages.slice(start)];
}

function instructionsOf(instructions: string): ChatMessage {
  return { role: 'system', content: instructions };
}

/**
 * A decision that is refused, as any request is that cannot be read, makes no span and counts as no request. That the
 * memory could not be asked is a failure of the request's, and is thrown by what is returned.
 */
async function takeUpOrRefuse(
  { toolApproval }: AgentConfig,
  request: ChatRequest,
  sessions: Sessions,
): Promise<() => DecidedTurn | undefined> {
  if (toolApproval.length === 0 && request.approval === undefined) return () => undefined;
  try {
    const decided = await takeUp(request, sessions);
    return () => decided;
  } catch (error) {
    if (error instanceof ApprovalError || error instanceof InvalidRequestError) throw error;
    return () => {
      throw error;
    };
  }
}

/** What waits is kept before anybody is told that it does: they could answer at once, and to another replica. */
async function suspended(
  request: ChatRequest,
  recorder: Recorder,
  sessions: Sessions,
  end: LoopResult,
  turn: SuspendedTurn,
): Promise<LoopResult> {
  const { session } = request;
  if (session === undefined) throw new Error('a turn waits for approval without a session');
  await sessions.suspend(session, JSON.stringify(turn));
  const calls = pendingCalls(turn);
  for (const call of calls) recorder.add('approval_requested', call);
  const approval = { type: 'approval', status: 'approval_required', session_id: session, calls } as const;
  // Who wants JSON has no use for words.
  return { ...end, approval, notice: wantsText(request.parameters) ? approvalNotice(turn) : undefined };
}

function recordVerdicts(recorder: Recorder, decided: DecidedTurn): void {
  for (const { id, tool } of pendingCalls(decided)) {
    const verdict = decided.verdicts.get(id);
    if (verdict === 'approved') recorder.add('approval_given', { id, tool });
    else recorder.add('approval_denied', { id, tool, reason: verdict });
  }
}

/** Whatever comes of it, the session then knows: what was asked, done and answered. */
async function inSession(
  { session, ...request }: ChatRequest,
  recorder: Recorder,
  sessions: Sessions,
  work: () => Promise<LoopResult>,
): Promise<LoopResult> {
  const keep = async () => {
    if (session !== undefined) await sessions.keep(session, recorder.events);
  };
  recordQuestion(request, recorder);
  let result: LoopResult;
  try {
    result = await work();
  } catch (error) {
    recorder.add('error', error instanceof HttpError ? error.message : 'internal error');
    // What went wrong first is what the caller is told; that it could not be kept is logged.
    await keep().catch(() => undefined);
    throw error;
  }
  // What asks for approval is said by no model, and not for one.
  const said = result.content ?? result.refusal;
  if (said !== null && !result.approval) recorder.add('agent_response', said);
  await keep();
  return result;
}

/** What the user said since the assistant last did: all before it the session knows already. */
function recordQuestion(
  { messages, isTask }: Pick<ChatRequest, 'messages' | 'isTask'>,
  recorder: Recorder,
): void {
  const lastAnswer = messages.findLastIndex(({ role }) => role === 'assistant');
  const asked = messages.slice(lastAnswer + 1).filter(({ role }) => role === 'user');
  asked.forEach(({ content }, index) => {
    const isLast = index === asked.length - 1;
    recorder.add(isTask && isLast ? 'task_delegation_received' : 'user_message', content);
  });
}
