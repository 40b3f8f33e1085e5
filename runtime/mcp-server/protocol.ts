import { McpServer, ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import type { CallToolRequest, CallToolResult, Progress, ServerContext } from '@modelcontextprotocol/server';
import { context, trace } from '@opentelemetry/api';
import { type Logger } from 'pino';
import { CancelledError } from '../process/errors';
import { ToolError } from '../process/failure-for-model';
import { UNKNOWN } from '../telemetry/names';
import { serveToolCall } from '../telemetry/mcp-operations';
import { bounded } from '../telemetry/operations';
import { mcpParent } from '../telemetry/trace-context';
import { type WithSpan } from '../telemetry/with-span';
import { type RunnableTool } from './run-tool';
import { FailedResult } from './tool-result';

export interface ProtocolParts {
  readonly name: string;
  readonly tools: ReadonlyMap<string, RunnableTool>;
  /**
   * Whether it is known which tools there are.
   * @default - it always is
   */
  readonly knowsTools?: () => boolean;
  readonly withSpan: WithSpan;
  readonly log: Logger;
}

/** The tools of a process do not change; that of another version may have others, so a list is asked for again. */
const FRESH = { ttlMs: 60_000, cacheScope: 'private' } as const;

/**
 * The MCP side of a tool server: which tools there are, and their calls, each in the caller's trace. One answers one
 * request, so that no request sees anything of another; it costs a microsecond, as nothing is registered with it.
 */
export function buildProtocolServer(parts: ProtocolParts): McpServer {
  const protocol = new ToolServer(parts);
  protocol.server.setRequestHandler('tools/list', () => {
    // An empty list would be kept for one that is complete.
    if (parts.knowsTools?.() === false)
      throw new ProtocolError(ProtocolErrorCode.InternalError, 'it is not known yet which tools there are');
    const tools = [...parts.tools.values()].map(({ name, description, inputSchema, details }) => ({
      ...details,
      name,
      description,
      inputSchema,
    }));
    return { tools };
  });
  protocol.server.setRequestHandler('tools/call', ({ params }, call) => callTool(parts, params, call));
  return protocol;
}

class ToolServer extends McpServer {
  constructor(private readonly parts: ProtocolParts) {
    const cacheHints = { 'tools/list': FRESH, 'server/discover': FRESH };
    super(
      { name: parts.name, version: '1' },
      { capabilities: { tools: { listChanged: false } }, cacheHints },
    );
  }

  /** By it the SDK checks arguments that callers repeat in headers (`x-mcp-header`). */
  override toolInputSchemaJson(name: string): Record<string, unknown> | undefined {
    return this.parts.tools.get(name)?.inputSchema;
  }
}

async function callTool(
  { tools, withSpan, log }: ProtocolParts,
  params: CallToolRequest['params'],
  { mcpReq, http }: ServerContext,
): Promise<CallToolResult> {
  const tool = tools.get(params.name);
  const headers = Object.fromEntries(http?.req?.headers ?? []);
  const { parent, links } = mcpParent(mcpReq._meta, headers);
  const operation = serveToolCall({
    tool: tool?.name ?? UNKNOWN,
    requestId: String(mcpReq.id),
    protocolVersion: headers['mcp-protocol-version'],
    continued: trace.getSpanContext(parent) !== undefined,
    links,
  });
  const work = async () => {
    try {
      if (!tool) throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'there is no tool of that name');
      const origin = { meta: mcpReq._meta, onProgress: progressOf(mcpReq) };
      const result = await tool.run(params.arguments, mcpReq.signal, origin);
      log.info(`${operation.name} answered`);
      return result;
    } catch (error) {
      if (mcpReq.signal.aborted) throw new CancelledError();
      log.error({ err: error }, `${operation.name} failed`);
      throw error;
    }
  };
  return context
    .with(parent, () => withSpan(operation, work))
    .catch((error: unknown) => {
      if (!tool && error instanceof ProtocolError) throw unknownTool(params.name);
      return toErrorResult(error);
    });
}

/** The caller knows the name, which callers without a key for the tool make up: neither log nor trace has it. */
function unknownTool(name: string): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InvalidParams, `there is no tool "${bounded(name)}"`);
}

/**
 * A tool that failed has answered: by the protocol its caller gets the reason as a result. What is our own fault is in
 * the log, and not for callers.
 */
function toErrorResult(error: unknown): CallToolResult {
  if (error instanceof FailedResult) return error.result;
  if (error instanceof ToolError) return { isError: true, content: [{ type: 'text', text: error.forModel }] };
  if (error instanceof ProtocolError) throw error;
  throw new ProtocolError(ProtocolErrorCode.InternalError, 'internal error');
}

/** How the caller is told how far its call is, if it asked for that. */
function progressOf({ _meta, notify }: ServerContext['mcpReq']): ((progress: Progress) => void) | undefined {
  const progressToken = _meta?.progressToken;
  if (progressToken === undefined) return undefined;
  return (progress) => {
    const params = { ...progress, progressToken };
    // Whoever has gone is told nothing more.
    notify({ method: 'notifications/progress', params }).catch(() => undefined);
  };
}
