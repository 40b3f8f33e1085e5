import { type CallToolResult, type Tool as MCPTool } from '@modelcontextprotocol/sdk/types.js';
import { type Logger } from 'pino';
import { type Env, type StdioConfig } from '../../contract';
import { type Condition } from '../../process/conditions';
import { reasonOf } from '../../process/errors';
import { ToolError } from '../../process/failure-for-model';
import { isAnswer } from '../../process/is-answer';
import { type Closing } from '../../process/serve';
import { stdioToolCall } from '../../telemetry/mcp-operations';
import { type WithSpan } from '../../telemetry/with-span';
import { type CallOrigin, type RunnableTool } from '../run-tool';
import { succeeded } from '../tool-result';
import { type Child } from './child';
import { childEnvironment } from './child-environment';
import { ChildPool } from './pool';

export interface BridgeParts {
  /** What agents know the server by. */
  readonly name: string;
  readonly config: StdioConfig;
  /** Environment of our process. */
  readonly env: Env;
  readonly log: Logger;
  readonly withSpan: WithSpan;
  /** What is done with each tool before it is offered. */
  readonly dress: (tool: RunnableTool) => RunnableTool;
}

/** The tools of a command that speaks MCP over stdio. */
export class StdioBridge implements Condition, Closing {
  private readonly offered = new Map<string, RunnableTool>();
  private readonly pool: ChildPool;
  private hasSaid = false;

  constructor(private readonly parts: BridgeParts) {
    const { config, env, log } = parts;
    const { command, poolSize: size, idleMs } = config;
    this.pool = new ChildPool(
      { command, env: childEnvironment(env, config.env), size, idleMs, log },
      {
        // All children have the same tools, until one says that they changed.
        prepare: async (child) => {
          if (this.pool.isEmpty) await this.list(child);
        },
        toolsChanged: (child) =>
          void this.list(child).catch((error: unknown) =>
            log.warn({ err: error }, 'the command does not say which tools it has now'),
          ),
      },
    );
  }

  /** What the command offers, as far as it has said it. */
  get tools(): ReadonlyMap<string, RunnableTool> {
    return this.offered;
  }

  /** Whether the command has said what it offers. */
  readonly knowsTools = (): boolean => this.hasSaid;

  /** Starts the command. It need not be there at once. */
  open(): void {
    this.pool.open();
  }

  problem(): Promise<string | undefined> {
    return this.pool.problem();
  }

  close(): Promise<void> {
    return this.pool.close();
  }

  private async list(child: Child): Promise<void> {
    const tools = await child.listTools();
    this.hasSaid = true;
    this.offered.clear();
    for (const tool of tools.filter(isCallable)) {
      this.offered.set(tool.name, this.parts.dress(this.runnable(tool)));
    }
    this.parts.log.info({ tools: [...this.offered.keys()] }, 'the command said which tools it has');
  }

  private runnable({ name, description, inputSchema, execution: _tasks, ...details }: MCPTool): RunnableTool {
    const { withSpan } = this.parts;
    const operation = stdioToolCall(this.parts.name, name);
    return {
      ...{ name, description, inputSchema, details },
      run: (args, signal, origin = {}) =>
        withSpan(operation, async () => succeeded(name, await this.call(name, args, signal, origin))),
    };
  }

  /** A call is made once: nobody but its caller knows whether it may be made again. */
  private async call(
    name: string,
    args: unknown,
    signal: AbortSignal,
    origin: CallOrigin,
  ): Promise<CallToolResult> {
    try {
      return await this.pool.use(signal, (child) => child.callTool(name, args, signal, origin));
    } catch (error) {
      if (signal.aborted) throw signal.reason instanceof ToolError ? signal.reason : reasonOf(signal);
      if (isAnswer(error) || error instanceof ToolError) throw error;
      const message = `the process that ran tool "${name}" ended before it answered`;
      throw new ToolError('tool_unavailable', message, { cause: error });
    }
  }
}

/** A tool that answers with a task to be asked for later is none that a call gets an answer from. */
function isCallable({ execution }: MCPTool): boolean {
  return execution?.taskSupport !== 'required';
}
