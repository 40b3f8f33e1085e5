import { type ChatMessage } from '../model/chat';
import { plainMessages } from '../model/text-mode/plain-messages';

/**
 * What an agent is told of the conversation that a task comes from: its last messages, without those of the system
 * and without calls of tools that it does not have; their results are told in words.
 */
export function delegationContext(
  conversation: readonly ChatMessage[],
  limit: number,
): readonly ChatMessage[] {
  const said = conversation.filter(({ role }) => role !== 'system' && role !== 'developer');
  const told = plainMessages(said, new Map(), { withCalls: false });
  return limit === 0 ? [] : told.slice(-limit);
}
