import { type ChatMessage } from '../model/chat';

/** Tells the model who is away, so that it neither looks for their tools nor promises what only they could do. */
export function tellUnavailable(
  messages: readonly ChatMessage[],
  unavailable: readonly string[],
): ChatMessage[] {
  const [first, ...rest] = messages;
  if (unavailable.length === 0 || !first) return [...messages];
  const note = `Unavailable at the moment, with all that they could do: ${unavailable.join(', ')}.`;
  if (first.role !== 'system' || typeof first.content !== 'string')
    return [{ role: 'system', content: note }, ...messages];
  return [{ ...first, content: `${first.content}\n\n${note}` }, ...rest];
}
