import { Agent, type Dispatcher, request } from 'undici';
import { outgoingContext } from '../telemetry/trace-context';

/** A reply, read to its end. */
export interface JsonReply {
  readonly status: number;
  readonly text: string;
  /** Undefined when the text is no JSON. */
  readonly json: unknown;
}

/** Connections to model gateways, tool servers and agents, kept alive between calls. */
export class HttpClient {
  // Uvicorn, under LiteLLM and Python tool servers, closes idle connections after 5 s: ours go first.
  private readonly connections = new Agent({ keepAliveTimeout: 4_000, connect: { timeout: 5_000 } });

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
      readonly signal: AbortSignal;
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

  /** Posts JSON in the active trace context, and reads the whole reply, whatever its status. */
  async postJson(
    url: string,
    body: unknown,
    options: {
      readonly headers?: Record<string, string>;
      readonly signal: AbortSignal;
      readonly timeoutMs: number;
    },
  ): Promise<JsonReply> {
    const headers = { 'content-type': 'application/json', ...options.headers, ...outgoingContext() };
    const reply = await this.request(url, {
      ...options,
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    const text = await reply.body.text();
    return { status: reply.statusCode, text, json: parseJson(text) };
  }

  /** Ends open calls too: whoever closes has drained already. */
  close(): Promise<void> {
    return this.connections.destroy();
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
