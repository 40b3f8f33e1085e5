import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import {
  CallToolRequestSchema,
  type CallToolResult,
  ErrorCode,
  ListToolsRequestSchema,
  McpError,
} from '@modelcontextprotocol/sdk/types.js';
import { context, trace } from '@opentelemetry/api';
import { type Logger } from 'pino';
import { ToolError } from '../process/errors';
import { UNKNOWN } from '../telemetry/names';
import { serveToolCall } from '../telemetry/operations';
import { mcpParent } from '../telemetry/trace-context';
import { type WithSpan } from '../telemetry/with-span';
import { type RunnableTool } from './run-tool';

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
    tools: [...tools.values()].map(({ name, description, inputSchema }) => ({
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
        const result = await tool.run(params.arguments, extra.signal);
        log.info(`${operation.name} answered`);
        return result;
      } catch (error) {
        log.error({ err: error }, `${operation.name} failed`);
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
  return { isError: true, content: [{ type: 'text', text: error.forModel }] };
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
