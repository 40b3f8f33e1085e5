import { type CallToolResult, type Tool as MCPTool } from '@modelcontextprotocol/sdk/types.js';
import { type Span } from '@opentelemetry/api';
import { type Logger } from 'pino';
import { allOf } from '../../process/all-of';
import { CancelledError, reasonOf } from '../../process/errors';
import { ToolError } from '../../process/failure-for-model';
import { isAnswer } from '../../process/is-answer';
import { FAIR_WAIT_MS, type PeerBreaker, type Verdict } from '../../process/peer-breaker';
import { ATTRIBUTE } from '../../telemetry/names';
import { mcpToolCall } from '../../telemetry/mcp-operations';
import { bounded } from '../../telemetry/operations';
import { executeTool } from '../../telemetry/tool-operations';
import { type WithSpan } from '../../telemetry/with-span';
import { type Agreed } from './current-mcp-client';
import { type MCPClient } from './mcp-client';
import { untilAborted } from '../request-scope';
import { type ToolAccess } from './tool-access';
import { type Offer, type Tool, type Tools } from '../tools/tools';

/** How long a request waits to be told of a server's tools: one that has just started may need some of it. */
const LIST_MS = 5_000;

/** An MCP server, whether it is worth calling, and which of its tools may be. */
export interface ToolServer {
  readonly client: MCPClient;
  readonly breaker: PeerBreaker;
  readonly access: ToolAccess;
}

/** Undefined when the server is away. */
type ServerOffer = readonly Tool[] | undefined;

/** The tools of MCP servers. */
export class MCPTools implements Tools {
  private readonly byListing = new WeakMap<readonly MCPTool[], readonly Tool[]>();

  constructor(
    private readonly servers: readonly ToolServer[],
    private readonly withSpan: WithSpan,
    private readonly log: Logger,
  ) {}

  list(signal: AbortSignal): Offer | Promise<Offer> {
    const offers = allOf(this.servers.map((server) => this.offerOf(server, signal)));
    return offers instanceof Promise ? offers.then((all) => this.together(all)) : this.together(offers);
  }

  /** What the servers offered when they were last asked, as far as the agent may use it. */
  get known(): readonly MCPTool[] {
    return this.servers.flatMap(({ client, access }) => access.usable(client.knownTools));
  }

  /** Tools that the agent may use and no server offers, as `server/tool`. */
  get missing(): readonly string[] {
    return this.servers.flatMap(({ access }) => access.missing);
  }

  async close(): Promise<void> {
    await Promise.all(this.servers.map(({ client }) => client.close()));
  }

  private together(offers: readonly ServerOffer[]): Offer {
    const away = this.servers.filter((_server, index) => offers[index] === undefined);
    return {
      tools: offers.flatMap((tools) => tools ?? []),
      unavailable: away.map(({ breaker }) => breaker.peer),
    };
  }

  private offerOf(server: ToolServer, signal: AbortSignal): ServerOffer | Promise<ServerOffer> {
    const { client, breaker, access } = server;
    if (breaker.isOpen) return undefined;
    const tools = client.freshTools;
    return tools ? this.offers(server, access.admit(tools)) : this.askForOffer(server, signal);
  }

  private async askForOffer(server: ToolServer, signal: AbortSignal): Promise<ServerOffer> {
    const { client, breaker, access } = server;
    try {
      const tools = await breaker.watch(() => inTime(client.listTools(), signal), judge(signal));
      return this.offers(server, access.admit(tools));
    } catch (error) {
      if (signal.aborted) throw reasonOf(signal);
      this.log.warn({ err: error }, `${breaker.peer} is unavailable; its tools are not offered`);
      return undefined;
    }
  }

  /** What is offered is the same for as long as the listing is. */
  private offers(server: ToolServer, listing: readonly MCPTool[]): readonly Tool[] {
    const known = this.byListing.get(listing);
    if (known) return known;
    const offers = listing.map((tool) => this.offer(server, tool));
    this.byListing.set(listing, offers);
    return offers;
  }

  private offer(server: ToolServer, { name, description = '', inputSchema }: MCPTool): Tool {
    const { client } = server;
    const operation = mcpToolCall(client.name, client.url, name);
    return {
      kind: 'tool',
      name,
      origin: client.name,
      spec: { name, description, parameters: inputSchema },
      operation: executeTool(name, description),
      call: (args, { signal }) =>
        this.withSpan(operation, async (span) => {
          const result = await this.ask(server, name, args, signal, span);
          if (result.isError) throw failed(name, textOf(result));
          return textOf(result);
        }),
    };
  }

  private async ask(
    { client, breaker }: ToolServer,
    tool: string,
    args: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
    span: Span,
  ): Promise<CallToolResult> {
    if (breaker.isOpen) throw new ToolError('tool_unavailable', `${breaker.peer} is unavailable`);
    try {
      const call = () => client.callTool(tool, args, signal, describe(span));
      return await breaker.watch(call, judge(signal));
    } catch (error) {
      if (signal.aborted) throw reasonOf(signal);
      if (isAnswer(error)) {
        span.setAttribute(ATTRIBUTE.rpcStatus, String(error.code));
        throw failed(tool, error.message, codeOf(error));
      }
      throw new ToolError('tool_unavailable', `tool "${tool}" could not be called`, { cause: error });
    }
  }
}

/** A session's name is made up by the server. */
function describe(span: Span): (agreed: Agreed) => void {
  return ({ protocolVersion, sessionId }) => {
    if (protocolVersion !== undefined) span.setAttribute(ATTRIBUTE.mcpProtocolVersion, protocolVersion);
    if (sessionId !== undefined) span.setAttribute(ATTRIBUTE.mcpSessionId, bounded(sessionId));
  };
}

/** The list may come later: whoever asks then finds it. */
function inTime<T>(list: Promise<T>, signal: AbortSignal): Promise<T> {
  return untilAborted(list, AbortSignal.any([signal, AbortSignal.timeout(LIST_MS)]));
}

/** A server that took all the time there was may hang; if it does not, it is back as soon as it is tried. */
function judge(signal: AbortSignal): (error: unknown, waitedMs: number) => Verdict {
  return (error, waitedMs) => {
    if (isAnswer(error)) return 'alive';
    if (signal.reason instanceof CancelledError) return undefined;
    return signal.aborted && waitedMs < FAIR_WAIT_MS ? undefined : 'dead';
  };
}

function failed(tool: string, said: string, code: { readonly upstreamStatus?: number } = {}): ToolError {
  return new ToolError('tool_error', `tool "${tool}" answered with an error`, { forModel: said, ...code });
}

/** What kind of failure it was, as far as JSON-RPC and MCP say it: what servers make up would never end. */
function codeOf({ code }: { readonly code: number }): { readonly upstreamStatus?: number } {
  return code >= -32_768 && code <= -32_000 ? { upstreamStatus: code } : {};
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
