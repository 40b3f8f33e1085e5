/** A streamed reply under way. Each line of it is held to the format as it comes. */
export interface OpenStream {
  readonly status: number;
  readonly headers: Headers;
  /** The next of what comes; undefined at the end. */
  next(): Promise<StreamPart | undefined>;
  /** All that still comes. */
  rest(): Promise<StreamPart[]>;
}

// What came over the wire; tests say what they expect of it.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Chunk = any;

export type StreamPart =
  | { readonly kind: 'chunk'; readonly chunk: Chunk }
  | { readonly kind: 'comment'; readonly text: string }
  | { readonly kind: 'done' };

export async function openStream(
  url: string,
  body: object,
  headers: Readonly<Record<string, string>> = {},
  signal?: AbortSignal,
): Promise<OpenStream> {
  const reply = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ stream: true, ...body }),
    ...(signal ? { signal } : {}),
  });
  const parts = partsOf(reply);
  const next = async () => (await parts.next()).value ?? undefined;
  const rest = async () => {
    const all: StreamPart[] = [];
    for (let part = await next(); part; part = await next()) all.push(part);
    return all;
  };
  return { status: reply.status, headers: reply.headers, next, rest };
}

/** A streamed reply, read to its end. */
export async function readStream(url: string, body: object, headers?: Readonly<Record<string, string>>) {
  const { rest, ...stream } = await openStream(url, body, headers);
  const parts = await rest();
  const chunks = chunksIn(parts);
  return { ...stream, parts, chunks, content: contentOf(chunks), done: parts.at(-1)?.kind === 'done' };
}

export function chunksIn(parts: readonly StreamPart[]): Chunk[] {
  return parts.flatMap((part) => (part.kind === 'chunk' ? [part.chunk] : []));
}

/** All that was said. */
export function contentOf(chunks: readonly Chunk[]): string {
  return chunks.map(({ choices }) => choices?.[0]?.delta.content ?? '').join('');
}

/** What tools and sub-agents were about. */
export function progressIn(chunks: readonly Chunk[]): Chunk[] {
  return chunks.flatMap(({ kaos }) => kaos ?? []);
}

async function* partsOf({ body }: Response): AsyncGenerator<StreamPart> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let text = '';
  for await (const bytes of body ?? []) {
    text += decoder.decode(bytes as Uint8Array, { stream: true });
    const events = text.split('\n\n');
    text = events.pop() ?? '';
    for (const event of events) yield partOf(event);
  }
  if (text !== '') throw new Error(`the stream ends within ${JSON.stringify(text)}`);
}

function partOf(event: string): StreamPart {
  if (event.startsWith(': ') && !event.includes('\n')) return { kind: 'comment', text: event.slice(2) };
  const [, data] = /^data: ([^\r\n]*)$/.exec(event) ?? [];
  if (data === undefined) throw new Error(`${JSON.stringify(event)} is no event`);
  return data === '[DONE]' ? { kind: 'done' } : { kind: 'chunk', chunk: JSON.parse(data) };
}
