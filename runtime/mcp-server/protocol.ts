import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { type RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js';
import {
  CallToolRequestSchema,
  type CallToolResult,
  ErrorCode,
  ListToolsRequestSchema,
  McpError,
  type Progress,
  type ServerNotification,
  type ServerRequest,
} from '@modelcontextprotocol/sdk/types.js';
import { context, trace } from '@opentelemetry/api';
import { type Logger } from 'pino';
import { CancelledError, ToolError } from '../process/errors';
import { UNKNOWN } from '../telemetry/names';
import { serveToolCall } from '../telemetry/operations';
import { mcpParent } from '../telemetry/trace-context';
import { type WithSpan } from '../telemetry/with-span';
import { type RunnableTool } from './run-tool';
import { FailedResult } from './tool-result';

type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;

export interface ProtocolParts {
  readonly name: string;
  readonly tools: ReadonlyMap<string, RunnableTool>;
  readonly withSpan: WithSpan;
  readonly log: Logger;
}

/** The MCP side of a tool server: which tools there are, and their calls, each in the caller's trace. */
export function buildProtocolServer({ name, tools, withSpan, log }: ProtocolParts): Server {
  const server = new Server({ name, version: '1' }, { capabilities: { tools: {} } });

  server.setRequestHandler(ListToolsRequestSchema, () => ({
    tools: [...tools.values()].map(({ name, description, inputSchema, details }) => ({
      ...details,
      name,
      description,
      inputSchema,
    })),
  }));

  server.setRequestHandler(CallToolRequestSchema, ({ params }, extra): Promise<CallToolResult> => {
    const tool = tools.get(params.name);
    const headers = extra.requestInfo?.headers ?? {};
    const { parent, links } = mcpParent(params._meta, headers);
    const operation = serveToolCall({
      tool: tool?.name ?? UNKNOWN,
      requestId: String(extra.requestId),
      protocolVersion: single(headers['mcp-protocol-version']),
      continued: trace.getSpanContext(parent) !== undefined,
      links,
    });
    const work = async () => {
      if (!tool) throw new McpError(ErrorCode.InvalidParams, 'there is no tool of that name');
      try {
        const origin = { meta: params._meta, onProgress: progressOf(extra) };
        const result = await tool.run(params.arguments, extra.signal, origin);
        log.info(`${operation.name} answered`);
        return result;
      } catch (error) {
        if (error instanceof CancelledError) log.info(`${operation.name} was given up by its caller`);
        else log.error({ err: error }, `${operation.name} failed`);
        throw error;
      }
    };
    return context.with(parent, () => withSpan(operation, work)).catch(toErrorResult);
  });
  return server;
}

/** A tool that failed has answered: by the protocol its caller gets the reason as a result. */
function toErrorResult(error: unknown): CallToolResult {
  if (!(error instanceof ToolError)) throw error;
  if (error instanceof FailedResult) return error.result;
  return { isError: true, content: [{ type: 'text', text: error.forModel }] };
}

/** How the caller is told how far its call is, if it asked for that. */
function progressOf({ _meta, sendNotification }: Extra): ((progress: Progress) => void) | undefined {
  const progressToken = _meta?.progressToken;
  if (progressToken === undefined) return undefined;
  return (progress) => {
    const params = { ...progress, progressToken };
    // Whoever has gone is told nothing more.
    sendNotification({ method: 'notifications/progress', params }).catch(() => undefined);
  };
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
