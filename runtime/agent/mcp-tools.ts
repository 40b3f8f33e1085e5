import { type CallToolResult, type Tool as MCPTool } from '@modelcontextprotocol/sdk/types.js';
import { type Logger } from 'pino';
import { reasonOf, ToolError } from '../process/errors';
import { executeTool, mcpToolCall } from '../telemetry/operations';
import { type WithSpan } from '../telemetry/with-span';
import { isAnswer, type MCPClient } from './mcp-client';
import { type Tool, type Tools } from './tools';

/** The tools of MCP servers. */
export class MCPTools implements Tools {
  constructor(
    private readonly servers: readonly MCPClient[],
    private readonly withSpan: WithSpan,
    private readonly log: Logger,
  ) {}

  async list(): Promise<readonly Tool[]> {
    return (await Promise.all(this.servers.map((server) => this.toolsOf(server)))).flat();
  }

  /** What the servers offered when they were last asked. */
  get known(): readonly MCPTool[] {
    return this.servers.flatMap((server) => server.knownTools);
  }

  async close(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.close()));
  }

  private async toolsOf(server: MCPClient): Promise<readonly Tool[]> {
    try {
      return (await server.listTools()).map((tool) => this.offer(server, tool));
    } catch (error) {
      this.log.warn({ err: error }, `MCP server "${server.name}" is unavailable; its tools are not offered`);
      return [];
    }
  }

  private offer(server: MCPClient, { name, description = '', inputSchema }: MCPTool): Tool {
    const operation = mcpToolCall(server.name, server.url, name);
    return {
      kind: 'tool',
      name,
      origin: server.name,
      spec: { name, description, parameters: inputSchema },
      operation: executeTool(name),
      call: (args, { signal }) =>
        this.withSpan(operation, async () => {
          const result = await this.ask(server, name, args, signal);
          if (result.isError) throw failed(name, textOf(result));
          return textOf(result);
        }),
    };
  }

  private async ask(
    server: MCPClient,
    tool: string,
    args: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
  ): Promise<CallToolResult> {
    try {
      return await server.callTool(tool, args, signal);
    } catch (error) {
      if (signal.aborted) throw reasonOf(signal);
      if (isAnswer(error)) throw failed(tool, error.message);
      throw new ToolError('tool_unavailable', `tool "${tool}" could not be called`, { cause: error });
    }
  }
}

function failed(tool: string, said: string): ToolError {
  return new ToolError('tool_error', `tool "${tool}" answered with an error`, { forModel: said });
}

/** All that a tool returned, as text; what is no text is named, so that the model knows that it was there. */
function textOf({ content, structuredContent }: CallToolResult): string {
  const blocks = content.map((block) => {
    if (block.type === 'text') return block.text;
    if (block.type === 'resource' && 'text' in block.resource) return block.resource.text;
    if (block.type === 'resource_link') return block.uri;
    return `[${block.type}${'mimeType' in block ? ` ${block.mimeType}` : ''}, not shown]`;
  });
  if (blocks.length === 0 && structuredContent) return JSON.stringify(structuredContent);
  return blocks.join('\n');
}
