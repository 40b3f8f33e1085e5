import { type DecidedTurn, refusalOf, type SuspendedTurn } from './approval';
import { callTool } from './call-tool';
import { type AssistantMessage, type ChatMessage, type ToolCall } from './chat';
import { type LoopParts } from './loop';
import { type RequestScope } from './request-scope';
import { type Tool } from './tools';

/** What waits. The agent's instructions are not kept: they may be others by the time it goes on. */
export function suspendTurn(
  [, ...messages]: readonly ChatMessage[],
  turn: AssistantMessage,
  waiting: readonly ToolCall[],
): SuspendedTurn {
  return { messages, turn, waiting: waiting.map(({ id }) => id) };
}

/** Carries out what was approved, and with it the calls that nobody had to approve. */
export async function carryOutDecided(
  parts: LoopParts,
  tools: ReadonlyMap<string, Tool>,
  decided: DecidedTurn,
  request: RequestScope,
): Promise<ChatMessage[]> {
  const results = await Promise.all(
    (decided.turn.tool_calls ?? []).map((call): ChatMessage | Promise<ChatMessage> => {
      const refusal = refusalOf(call, decided);
      if (refusal === undefined) return callTool(parts, tools, call, request);
      return { role: 'tool', tool_call_id: call.id, content: `Error: ${refusal}` };
    }),
  );
  return [decided.turn, ...results, ...decided.followedBy];
}
