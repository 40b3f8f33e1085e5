import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { type HttpClient } from '../../process/http-client';
import { type MCPCredentials } from './mcp-credentials';
import { mcpFetch } from './mcp-fetch';

type Send = StreamableHTTPClientTransport['send'];

/**
 * The SDK's transport over our connections. It has one signal for all its messages; here a call ends with its own, too.
 *
 * An `AsyncLocalStorage` would carry that signal with less ado, and make each promise of the process dearer.
 */
export class MCPTransport extends StreamableHTTPClientTransport {
  /** Of calls on their way, by what is sent. */
  private readonly bySent: Map<string, AbortSignal>;

  /** @param signals of calls, by their parameters */
  constructor(
    url: URL,
    http: HttpClient,
    timeoutMs: number,
    credentials: MCPCredentials,
    private readonly signals: WeakMap<object, AbortSignal>,
  ) {
    const bySent = new Map<string, AbortSignal>();
    const fetch = mcpFetch(http, timeoutMs, credentials, (sent) => bySent.get(sent));
    super(url, { fetch });
    this.bySent = bySent;
  }

  override async send(...[message, options]: Parameters<Send>): Promise<void> {
    const params = 'params' in message ? message.params : undefined;
    const signal = params && this.signals.get(params);
    if (!signal) return super.send(message, options);
    const sent = JSON.stringify(message);
    this.bySent.set(sent, signal);
    try {
      await super.send(message, options);
    } finally {
      this.bySent.delete(sent);
    }
  }
}
