import { type EventEmitter } from 'node:events';
import { Agent, type Dispatcher, request } from 'undici';
import { type WithSpan } from '../telemetry/with-span';
import { sentRequestSpans } from './sent-request-spans';
import { outgoingContext } from '../telemetry/trace-context';
import { takeWhole, type TextReply } from './whole-reply';

/** A reply, read to its end. */
export interface JsonReply extends TextReply {
  /** Undefined when the text is no JSON. */
  readonly json: unknown;
}

export interface PostOptions {
  readonly headers?: Record<string, string>;
  readonly signal: AbortSignal;
  /** For the connection to answer, and again between parts of the answer. */
  readonly timeoutMs: number;
}

/** Connections to model gateways, tool servers and agents, kept alive between calls. */
export class HttpClient {
  private readonly connections: Dispatcher;

  /** @param withSpan opens a span for each request that is part of a trace; undefined for none */
  constructor(withSpan?: WithSpan) {
    // Uvicorn, under LiteLLM and Python tool servers, closes idle connections after 5 s: ours go first.
    const agent = new Agent({ keepAliveTimeout: 4_000, connect: { timeout: 5_000 } });
    this.connections = withSpan ? agent.compose(sentRequestSpans(withSpan)) : agent;
  }

  /**
   * Resolves with any status; the caller must read or dump the body.
   *
   * @param timeoutMs limit for the connection to answer, and again between parts of the answer
   */
  request(
    url: URL | string,
    options: {
      readonly method: 'GET' | 'POST';
      readonly headers?: Record<string, string>;
      readonly body?: string;
      readonly signal: AbortSignal | EventEmitter;
      readonly timeoutMs: number;
    },
  ): Promise<Dispatcher.ResponseData> {
    const { timeoutMs, ...rest } = options;
    return request(url, {
      ...rest,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      dispatcher: this.connections,
    });
  }

  /** Posts JSON in the active trace context; the caller must read or dump the body. */
  post(url: URL | string, body: unknown, options: PostOptions): Promise<Dispatcher.ResponseData> {
    const headers = headersOf(options);
    return this.request(url, { ...options, method: 'POST', headers, body: JSON.stringify(body) });
  }

  /**
   * Posts JSON in the active trace context, and reads the whole reply, whatever its status.
   *
   * @throws BrokenReplyError when the reply begins and does not come to its end
   */
  async postJson(url: URL | string, body: unknown, options: PostOptions): Promise<JsonReply> {
    const { signal, timeoutMs } = options;
    const { origin, pathname, search } = typeof url === 'string' ? new URL(url) : url;
    const request = {
      origin,
      path: pathname + search,
      method: 'POST',
      headers: headersOf(options),
      body: JSON.stringify(body),
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    } as const;
    const reply = await takeWhole(this.connections, request, signal);
    return { ...reply, json: parseJson(reply.text) };
  }

  /** Ends open calls too: whoever closes has drained already. */
  close(): Promise<void> {
    return this.connections.destroy();
  }
}

/** Whether a request failed before anybody had it. */
export function neverSent(error: unknown): boolean {
  return NOT_CONNECTED.includes((error as { readonly code?: unknown } | undefined)?.code);
}

const NOT_CONNECTED: readonly unknown[] = [
  'ECONNREFUSED',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'UND_ERR_CONNECT_TIMEOUT',
];

/** Reads a reply to its end, whatever its status. */
export async function readJson({ statusCode, headers, body }: Dispatcher.ResponseData): Promise<JsonReply> {
  const text = await body.text();
  return { status: statusCode, headers, text, json: parseJson(text) };
}

function headersOf({ headers }: PostOptions): Record<string, string> {
  return { 'content-type': 'application/json', ...headers, ...outgoingContext() };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
