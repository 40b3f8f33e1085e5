import { createParser } from 'eventsource-parser';
import { CHAT_PATH } from '../../runtime/contract';
import { type Asked, jsonHeaders, traceIdIn } from '../local/post';

/** What a client had of a stream. */
export interface Streamed {
  readonly text: string;
  /** Undefined when the stream stopped without an end. */
  readonly end: 'done' | 'error' | undefined;
  readonly traceId: string | null;
}

/**
 * Asks an agent for a stream and reads it.
 *
 * @param onStart called with the first bytes; the stream is read on meanwhile
 * @param signal hangs up
 */
export async function askStreaming(
  agent: Asked,
  message: string,
  signal: AbortSignal,
  onStart: () => void,
): Promise<Streamed> {
  const reply = await fetch(agent.url + CHAT_PATH, {
    method: 'POST',
    headers: jsonHeaders(agent),
    body: JSON.stringify({ stream: true, messages: [{ role: 'user', content: message }] }),
    signal,
  });
  const traceId = traceIdIn(reply.headers);
  if (!reply.ok) return { text: await reply.text(), end: 'error', traceId };
  let text = '';
  let end: Streamed['end'];
  const parser = createParser({
    onEvent: ({ data }) => {
      if (data === '[DONE]') {
        end ??= 'done';
        return;
      }
      const { choices = [], error } = JSON.parse(data) as Chunk;
      if (error) end = 'error';
      text += error?.message ?? choices[0]?.delta.content ?? '';
    },
  });
  const decoder = new TextDecoder();
  let isFirst = true;
  try {
    for await (const chunk of reply.body ?? []) {
      if (isFirst) onStart();
      isFirst = false;
      parser.feed(decoder.decode(chunk as Uint8Array, { stream: true }));
    }
  } catch {
    // Whoever hung up, and whatever broke: what had come is what the client has.
  }
  return { text, end, traceId };
}

interface Chunk {
  readonly choices?: readonly { readonly delta: { readonly content?: string | null } }[];
  readonly error?: { readonly message: string };
}
