import { createParser } from 'eventsource-parser';
import { type Dispatcher } from 'undici';
import { type ChunkTimes } from './chunk-times';
import { type ModelReply, type OnText } from './model';
import { brokeOff, StreamedReply } from './streamed-reply';

type Body = Dispatcher.ResponseData['body'];

const END = '[DONE]';
/** One event of that length is no chunk of a reply. */
const MAX_EVENT_CHARACTERS = 16 * 1024 * 1024;
/** How long the end of a reply may come after its last word. */
const END_MS = 500;

export interface Listeners {
  readonly onText: OnText | undefined;
  readonly onReasoning: OnText | undefined;
}

/**
 * Reads a reply that is streamed as server-sent events, each piece of text as it comes: nothing more is read until
 * whoever listens is done with it.
 *
 * @throws ModelError when it breaks off, and what listeners throw
 */
export async function readStream(body: Body, listeners: Listeners, times: ChunkTimes): Promise<ModelReply> {
  try {
    return await readReply(body, listeners, times);
  } catch (error) {
    body.on('error', () => undefined).destroy();
    throw error;
  }
}

async function readReply(
  body: Body,
  { onText, onReasoning }: Listeners,
  times: ChunkTimes,
): Promise<ModelReply> {
  const reply = new StreamedReply();
  const readEvents = eventReader(body);
  const finish = (ended: boolean) => ({ ...reply.finish(ended), ...times.told });
  for (let events = await readEvents(); events; events = await readEvents()) {
    const at = performance.now();
    for (const data of events) {
      if (data === END) {
        await readToEnd(body, readEvents);
        return finish(true);
      }
      times.add(at);
      const { text, reasoning } = reply.add(data);
      if (reasoning !== '') await onReasoning?.(reasoning);
      if (text !== '') await onText?.(text);
    }
  }
  return finish(false);
}

/** A connection can be used again once its reply is read to the end, which comes at once, if it comes. */
async function readToEnd(body: Body, readEvents: () => Promise<unknown>): Promise<void> {
  const patience = setTimeout(() => body.destroy(), END_MS);
  while (await readEvents().catch(() => undefined));
  clearTimeout(patience);
}

/** @returns a function that gives the data of the events that came next, and undefined at the end */
function eventReader(body: Body): () => Promise<readonly string[] | undefined> {
  const decoder = new TextDecoder();
  // One by one: a `for await` that is left would close the connection.
  const chunks = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let events: string[] = [];
  const parser = createParser({
    maxBufferSize: MAX_EVENT_CHARACTERS,
    onEvent: ({ data }) => events.push(data),
    onError: (error) => {
      if (error.type === 'max-buffer-size-exceeded') throw brokeOff(error);
    },
  });
  return async () => {
    const next = await chunks.next().catch((cause: unknown) => {
      throw brokeOff(cause);
    });
    if (next.done) return undefined;
    events = [];
    parser.feed(decoder.decode(next.value, { stream: true }));
    return events;
  };
}
