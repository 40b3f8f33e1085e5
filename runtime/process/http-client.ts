import { Agent, type Dispatcher, request } from 'undici';

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

  /** Ends open calls too: whoever closes has drained already. */
  close(): Promise<void> {
    return this.connections.destroy();
  }
}
