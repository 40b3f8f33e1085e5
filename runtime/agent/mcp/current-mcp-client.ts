import { Client, ProtocolError, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { type CallToolResult, McpError, type Tool as MCPTool } from '@modelcontextprotocol/sdk/types.js';
import { type HttpClient } from '../../process/http-client';
import { type MCPCredentials } from './mcp-credentials';
import { mcpFetch } from './mcp-fetch';

/** What was agreed on with an MCP server, as telemetry tells it. */
export interface Agreed {
  readonly protocolVersion: string | undefined;
  /** Only of a server that keeps sessions. */
  readonly sessionId?: string | undefined;
}

/** What is asked of an MCP server, whichever protocol it speaks. */
export interface ToolClient {
  readonly agreed: Agreed;
  listTools(
    page: { cursor?: string },
    options: { timeout: number },
  ): Promise<{ tools: MCPTool[]; nextCursor?: string | undefined }>;
  callTool(
    call: { name: string; arguments: Record<string, unknown>; _meta: Record<string, string> },
    schema: undefined,
    options: { signal: AbortSignal; timeout: number },
  ): Promise<unknown>;
  close(): Promise<void>;
}

/** Whether a server refused an introduction because it speaks the protocol of 2026-07-28 alone. */
export function speaksCurrentOnly(error: unknown): boolean {
  return (
    error instanceof Error && /"code":\s*-32022\b/.test(error.message) && error.message.includes(CURRENT)
  );
}

interface CurrentOptions {
  readonly timeoutMs: number;
  readonly connectMs: number;
  readonly credentials: MCPCredentials;
  readonly signal: AbortSignal;
}

/** Speaks the protocol of 2026-07-28, with a server that speaks no other. */
export async function connectCurrent(
  url: URL,
  http: HttpClient,
  { timeoutMs, connectMs, credentials, signal }: CurrentOptions,
): Promise<ToolClient> {
  const client = new Client(
    { name: 'cdk8s-kaos', version: '1' },
    { versionNegotiation: { mode: { pin: CURRENT } } },
  );
  // Unlike the older one, this transport gives each call a signal of its own.
  const fetch = mcpFetch(http, timeoutMs, credentials, () => undefined);
  const transport = new StreamableHTTPClientTransport(url, { fetch });
  await client.connect(transport, { timeout: connectMs, signal });
  // Both SDKs know what a server answers from what they make up; the agent knows the one's words alone.
  const inOurWords = (error: unknown): never => {
    if (error instanceof ProtocolError) throw new McpError(error.code, error.message, error.data);
    throw error;
  };
  return {
    agreed: { protocolVersion: CURRENT },
    listTools: (page, { timeout }) =>
      client.listTools(page, { timeout, cacheMode: 'refresh' }).catch(inOurWords) as Promise<{
        tools: MCPTool[];
        nextCursor?: string;
      }>,
    callTool: (call, _schema, limits) =>
      client.callTool(call, limits).catch(inOurWords) as Promise<CallToolResult>,
    close: () => client.close(),
  };
}

const CURRENT = '2026-07-28';
