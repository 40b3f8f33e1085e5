import { type DecidedTurn, isDropped, refusalOf, type Spent, type SuspendedTurn } from './approval';
import { callTools } from '../tools/call-tool';
import { type ChatMessage, type ToolCall } from '../model/chat';
import { type LoopParts } from '../loop';
import { type ModelReply } from '../model/model';
import { type RequestScope } from '../request-scope';
import { type Tool } from '../tools/tools';

/** What waits. The agent's instructions are not kept: they may be others by the time it goes on. */
export function suspendTurn(
  [, ...messages]: readonly ChatMessage[],
  { message, corrections }: ModelReply,
  waiting: readonly ToolCall[],
  spent: Spent,
): SuspendedTurn {
  return {
    messages,
    turn: message,
    waiting: waiting.map(({ id }) => id),
    spent,
    ...(corrections ? { corrections } : {}),
  };
}

/** The model is told of calls that it asked for in a way in which they cannot be carried out. */
export function correctionsFor(corrections: readonly string[] = []): ChatMessage[] {
  return corrections.length > 0 ? [{ role: 'user', content: corrections.join('\n') }] : [];
}

/** What a request goes on with: one that answers no question of approval is a new one, with all of its limits. */
export function spentBefore(decided: DecidedTurn | undefined): Spent | undefined {
  return decided === undefined || isDropped(decided) ? undefined : decided.spent;
}

/** Carries out what was approved, and with it the calls that nobody had to approve. */
export async function carryOutDecided(
  parts: LoopParts,
  tools: ReadonlyMap<string, Tool>,
  decided: DecidedTurn,
  request: RequestScope,
): Promise<ChatMessage[]> {
  const calls = decided.turn.tool_calls ?? [];
  const approved = calls.filter((call) => refusalOf(call, decided) === undefined);
  const told = await callTools(parts, tools, approved, request);
  const results = calls.map((call): ChatMessage => {
    const answer = told[approved.indexOf(call)];
    return answer ?? { role: 'tool', tool_call_id: call.id, content: `Error: ${refusalOf(call, decided)}` };
  });
  return [decided.turn, ...results, ...correctionsFor(decided.corrections), ...decided.followedBy];
}
