import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  type CallToolResult,
  type Tool as MCPTool,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { MCP_PATH, type PeerServer } from '../../contract';
import { type HttpClient } from '../../process/http-client';
import { isAnswer } from '../../process/is-answer';
import { listAllTools } from '../../process/list-tools';
import { outgoingContext } from '../../telemetry/trace-context';
import { type Agreed, connectCurrent, speaksCurrentOnly, type ToolClient } from './current-mcp-client';
import { MCPCredentials } from './mcp-credentials';
import { MCPTransport } from './mcp-transport';

const CONNECT_TIMEOUT_MS = 5_000;
/** A server without sessions cannot say that its tools changed, so it is asked again. */
const TOOLS_FRESH_MS = 30_000;

/** A session with a server, and how many calls lean on it. */
interface Connection {
  readonly client: Promise<ToolClient>;
  /** Gives up the making of it. */
  readonly making: AbortController;
  calls: number;
}

/** One MCP server: a connection that is kept, and made anew when it was lost. */
export class MCPClient {
  readonly name: string;
  readonly url: URL;
  /** What it shows the server. */
  readonly credentials: MCPCredentials;
  private connection: Connection | undefined;
  private tools: Promise<MCPTool[]> | undefined;
  /** What `tools` came to. */
  private told: MCPTool[] | undefined;
  private toolsAskedAt = 0;
  private lastTools: readonly MCPTool[] = [];
  /** Of calls, by their parameters. */
  private readonly signals = new WeakMap<object, AbortSignal>();

  constructor(
    server: PeerServer,
    private readonly timeoutMs: number,
    private readonly http: HttpClient,
  ) {
    this.name = server.name;
    this.url = new URL(server.url);
    if (this.url.pathname === '/') this.url.pathname = MCP_PATH;
    this.credentials = new MCPCredentials(server);
  }

  /** What the server offers, as far as that need not be asked. */
  get freshTools(): readonly MCPTool[] | undefined {
    return performance.now() - this.toolsAskedAt > TOOLS_FRESH_MS ? undefined : this.told;
  }

  /** What the server offers, remembered for half a minute, unless it says that it changed or the connection is lost. */
  async listTools(): Promise<readonly MCPTool[]> {
    if (performance.now() - this.toolsAskedAt > TOOLS_FRESH_MS) this.forgetTools();
    if (!this.tools) this.toolsAskedAt = performance.now();
    this.tools ??= this.withClient((client) => listAllTools(client, CONNECT_TIMEOUT_MS));
    const asked = this.tools;
    try {
      const tools = await asked;
      this.lastTools = tools;
      if (asked === this.tools) this.told = tools;
      return tools;
    } catch (error) {
      if (asked === this.tools) this.tools = undefined;
      throw error;
    }
  }

  /** What it offered when it was last asked. */
  get knownTools(): readonly MCPTool[] {
    return this.lastTools;
  }

  /** @param onAgreed is told what was agreed on with the server, once it is and before the call */
  callTool(
    name: string,
    args: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
    onAgreed?: (agreed: Agreed) => void,
  ): Promise<CallToolResult> {
    const call = { name, arguments: { ...args }, _meta: outgoingContext() };
    this.signals.set(call, signal);
    const options = { signal, timeout: this.timeoutMs };
    return this.withClient((client) => {
      onAgreed?.(client.agreed);
      return client.callTool(call, undefined, options) as Promise<CallToolResult>;
    });
  }

  /** A server that hangs is not waited for. */
  async close(): Promise<void> {
    const connection = this.connection;
    if (!connection) return;
    this.forget(connection);
    connection.making.abort();
    await closeClient(connection);
  }

  /** A server that restarted no longer knows our session: that call, which it refused unread, is made again. */
  private async withClient<T>(work: (client: ToolClient) => Promise<T>): Promise<T> {
    try {
      return await this.attempt(work);
    } catch (error) {
      if (error instanceof StreamableHTTPError && error.code === 404) return this.attempt(work);
      throw error;
    }
  }

  private async attempt<T>(work: (client: ToolClient) => Promise<T>): Promise<T> {
    const connection = (this.connection ??= this.open());
    connection.calls++;
    try {
      return await work(await connection.client);
    } catch (error) {
      // Without an answer, the connection is of no more use.
      if (!isAnswer(error)) this.forget(connection);
      throw error;
    } finally {
      connection.calls--;
      // Others may still get their answers over a connection that failed one call.
      if (connection.calls === 0 && connection !== this.connection) void closeClient(connection);
    }
  }

  private open(): Connection {
    // The SDK listens to it and never lets go, so it is one for each.
    const making = new AbortController();
    return { client: this.connect(making.signal), making, calls: 0 };
  }

  private async connect(signal: AbortSignal): Promise<ToolClient> {
    const client = new Client({ name: 'cdk8s-kaos', version: '1' });
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => this.forgetTools());
    const transport = new MCPTransport(this.url, this.http, this.timeoutMs, this.credentials, this.signals);
    try {
      await client.connect(transport, { timeout: CONNECT_TIMEOUT_MS, signal });
      const { protocolVersion, sessionId } = transport;
      return Object.assign(client, { agreed: { protocolVersion, sessionId } });
    } catch (error) {
      if (speaksCurrentOnly(error)) return await this.connectCurrent(signal);
      // Not an MCP error, whatever the server said: there is no connection that could be kept.
      throw this.unconnected(error);
    }
  }

  private async connectCurrent(signal: AbortSignal): Promise<ToolClient> {
    try {
      return await connectCurrent(this.url, this.http, {
        timeoutMs: this.timeoutMs,
        connectMs: CONNECT_TIMEOUT_MS,
        credentials: this.credentials,
        signal,
      });
    } catch (error) {
      throw this.unconnected(error);
    }
  }

  private unconnected(cause: unknown): Error {
    return new Error(`cannot connect to MCP server "${this.name}"`, { cause });
  }

  private forget(connection: Connection): void {
    if (this.connection !== connection) return;
    this.connection = undefined;
    this.forgetTools();
  }

  private forgetTools(): void {
    this.tools = undefined;
    this.told = undefined;
  }
}

async function closeClient({ client }: Connection): Promise<void> {
  await client.then((open) => open.close()).catch(() => undefined);
}
