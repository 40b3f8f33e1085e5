import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import {
  type CallToolResult,
  ResultSchema,
  type Tool as MCPTool,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { type Logger } from 'pino';
import { MAX_BODY_BYTES, MAX_TIMEOUT_MS } from '../../contract';
import { listAllTools } from '../../process/list-tools';
import { outgoingContext } from '../../telemetry/trace-context';
import { type CallOrigin } from '../run-tool';
import { readBoundedLines } from './bounded-lines';

/** Servers written in Python may have much to import. */
const START_TIMEOUT_MS = 30_000;
const LIST_TIMEOUT_MS = 10_000;

/** What a child is started with. */
export interface ChildCommand {
  readonly command: readonly string[];
  readonly env: Record<string, string>;
}

/** A process that speaks MCP over stdio, and the one client of it. */
export class Child {
  /** Calls that it has not answered yet. */
  calls = 0;
  /** Ends it when it has long had no calls. */
  idle: NodeJS.Timeout | undefined;
  /** Settles when it has ended. Never rejects. */
  readonly ended: Promise<void>;
  private readonly client = new Client({ name: 'cdk8s-kaos', version: '1' });
  private readonly transport: StdioClientTransport;

  constructor({ command: [command = '', ...args], env }: ChildCommand, log: Logger) {
    this.transport = new StdioClientTransport({
      ...{ command, args, env, stderr: 'pipe', maxBufferSize: MAX_BODY_BYTES },
    });
    this.ended = new Promise((resolve) => {
      this.client.onclose = resolve;
    });
    this.client.onerror = (error) =>
      log.debug({ err: error }, 'MCP message of the command was not understood');
    const { stderr } = this.transport;
    // The SDK makes the stream at once, and types it as what any stream of a process may be.
    if (stderr)
      readBoundedLines(stderr as never, (line) => log.info({ stream: 'stderr', pid: this.pid }, line));
  }

  get pid(): number | null {
    return this.transport.pid;
  }

  /** @throws whatever is wrong with the command, or with its first answer */
  async start(signal: AbortSignal, onToolsChanged: () => void): Promise<void> {
    this.client.setNotificationHandler(ToolListChangedNotificationSchema, onToolsChanged);
    await this.client.connect(this.transport, { timeout: START_TIMEOUT_MS, signal });
  }

  listTools(): Promise<MCPTool[]> {
    return listAllTools(this.client, LIST_TIMEOUT_MS);
  }

  /** The result as it came: what is in it is between the tool and its caller. */
  callTool(
    name: string,
    args: unknown,
    signal: AbortSignal,
    { meta, onProgress }: CallOrigin,
  ): Promise<CallToolResult> {
    // Progress is told to our client under a token of its own.
    const { progressToken: _ours, ...passed } = meta ?? {};
    const params = { name, arguments: args, _meta: { ...passed, ...outgoingContext() } };
    // How long it may take is for others to say: it has a signal.
    const options = { signal, timeout: MAX_TIMEOUT_MS, ...(onProgress ? { onprogress: onProgress } : {}) };
    return this.client.request(
      { method: 'tools/call', params },
      ResultSchema,
      options,
    ) as Promise<CallToolResult>;
  }

  /** Closes its stdin; if it does not end by that, it gets SIGTERM and at last SIGKILL. */
  close(): Promise<void> {
    return this.client.close();
  }
}
