import { once } from 'node:events';
import { type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { type Listening, listenHttp, signalled } from './http';
import { chunksOf } from './streamed-completion';

/** A chat request as the model received it. */
export interface ModelRequest {
  readonly model: string;
  readonly messages: readonly ModelMessage[];
  readonly tools?: readonly { readonly function: { readonly name: string; readonly description: string } }[];
  readonly stream?: boolean;
  readonly headers: IncomingHttpHeaders;
  /** Of the connection that it came over. */
  readonly port: number | undefined;
}

export interface ModelMessage {
  readonly role: string;
  readonly content: unknown;
  readonly tool_call_id?: string;
}

/**
 * What the model answers: JSON, or text as it is, with a status. A completion is streamed, word by word, to those who
 * ask for a stream.
 */
export interface ScriptedReply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Sends `body` to those who ask for a stream, too. */
  readonly whole?: true;
  /** Takes the place of `body`: sent one by one as they come. */
  readonly events?: Iterable<ScriptedEvent> | AsyncIterable<ScriptedEvent>;
}

/** A chunk, text or bytes as they go over the wire, or the end of the connection. */
export type ScriptedEvent = object | string | Buffer | typeof BREAK_OFF;

export const BREAK_OFF = Symbol('the connection ends without the end of the reply');

/** Decides from the request, and from how many came before it, what the model answers. */
export type Script = (request: ModelRequest, index: number) => ScriptedReply | Promise<ScriptedReply>;

export interface ScriptedModel extends Listening {
  readonly requests: readonly ModelRequest[];
  /** Settles once a caller has hung up before it was answered. */
  readonly hungUp: Promise<void>;
  /** Settles once all of a reply is on its way. */
  readonly answered: Promise<void>;
}

/** A model gateway whose replies are known. It listens, and answers chat completions and nothing else. */
export async function startScriptedModel(script: Script): Promise<ScriptedModel> {
  const requests: ModelRequest[] = [];
  const hungUp = signalled();
  const answered = signalled();
  const server = await listenHttp((request, response) => {
    response.once('close', () => {
      if (!response.writableFinished) hungUp.happen();
    });
    void (async () => {
      if (request.url !== '/v1/chat/completions') return send(response, { status: 404, body: {} });
      const parsed = JSON.parse(await text(request)) as ModelRequest;
      const index =
        requests.push({ ...parsed, headers: request.headers, port: request.socket.remotePort }) - 1;
      const reply = await script(requests[index] as ModelRequest, index);
      const events = reply.events ?? (parsed.stream && !reply.whole ? chunksOf(reply) : undefined);
      if (events) await sendEvents(response, events);
      else send(response, reply);
      answered.happen();
    })();
  });
  return { ...server, requests, hungUp: hungUp.happened, answered: answered.happened };
}

/** The model gives its answer. */
export function says(content: unknown, extra: Readonly<Record<string, unknown>> = {}): ScriptedReply {
  return completion({ role: 'assistant', content }, 'stop', extra);
}

/** The model asks for tools; arguments that are no string are sent as JSON. Ids are `call_0`, `call_1` … */
export function asksFor(...calls: readonly (readonly [name: string, args: unknown])[]): ScriptedReply {
  const toolCalls = calls.map(([name, args], index) => ({
    id: `call_${index}`,
    type: 'function',
    function: { name, arguments: typeof args === 'string' ? args : JSON.stringify(args) },
  }));
  return completion({ role: 'assistant', content: null, tool_calls: toolCalls }, 'tool_calls', {});
}

/** The replies one after the other; the last for all that follow. */
export function inTurn(...replies: readonly ScriptedReply[]): Script {
  return (_request, index) => replies[Math.min(index, replies.length - 1)] as ScriptedReply;
}

/** What the model was told of its tool calls, in the order in which it was told. */
export function toolResults(request: ModelRequest | undefined): unknown[] {
  return (request?.messages ?? []).filter(({ role }) => role === 'tool').map(({ content }) => content);
}

function completion(
  message: unknown,
  finishReason: string,
  extra: Readonly<Record<string, unknown>>,
): ScriptedReply {
  const choices = [{ index: 0, finish_reason: finishReason, message }];
  const usage = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 };
  return {
    body: { id: 'chatcmpl-1', object: 'chat.completion', model: 'gpt-4o-2026', choices, usage, ...extra },
  };
}

async function sendEvents(
  response: ServerResponse,
  events: NonNullable<ScriptedReply['events']>,
): Promise<void> {
  const closed = new AbortController();
  response.once('close', () => closed.abort());
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for await (const event of events) {
    if (event === BREAK_OFF) return void response.write(': ', () => response.destroy());
    const isRaw = typeof event === 'string' || Buffer.isBuffer(event);
    const isTaken = response.write(isRaw ? event : `data: ${JSON.stringify(event)}\n\n`);
    if (!isTaken) await once(response, 'drain', { signal: closed.signal }).catch(() => undefined);
    if (response.destroyed) return;
  }
  response.end();
}

function send(response: ServerResponse, { status = 200, headers, body }: ScriptedReply): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}
