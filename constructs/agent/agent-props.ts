import { type Duration, type Size } from 'cdk8s';
import { type SecretValue } from 'cdk8s-plus-28';
import { type ToolCallMode } from '../../runtime/contract';
import { type IAgent } from '../agent';
import { type Exposure } from '../exposure';
import { type IMCPServer } from '../mcp-server';
import { type Memory } from './memory';
import { type IModelAPI } from '../model-api';
import { type ModelName } from '../model-api/model-name';
import { type TelemetryOverride } from '../telemetry/telemetry-env';
import { type WorkloadOptions } from '../workload/options';

/** What an agent is made of. */
export interface AgentProps<M extends string = string> extends WorkloadOptions, AgentLimits, AgentTools {
  /** Gateway to the model. */
  readonly modelAPI: IModelAPI<M>;
  /**
   * Key that it shows the gateway. A Secret is known in its own namespace alone, so an agent in another one than the
   * gateway's needs a copy.
   * @default - the gateway's, from a Secret of the same name in the agent's namespace
   */
  readonly modelAPIKey?: SecretValue;
  /** Model it thinks with: one that the gateway serves. */
  readonly model: ModelName<NoInfer<M>>;
  /**
   * Tool servers it may call, each once; `use` takes one of which it may call some tools alone.
   * @default - none: it answers from the model alone
   */
  readonly mcpServers?: readonly IMCPServer[];
  /**
   * Agents it may delegate to, each once, and none that delegates back; `addSubAgent` takes one that may.
   * @default - none: it does all work itself
   */
  readonly subAgents?: readonly IAgent[];
  /**
   * What it is good at, for its card and for the agents that delegate to it.
   * @default 'AI Agent'
   */
  readonly description?: string;
  /**
   * System prompt.
   * @default 'You are a helpful assistant.'
   */
  readonly instructions?: string;
  /**
   * Where it keeps its sessions. With more than one pod they must not be in the process.
   * @default Memory.local()
   */
  readonly memory?: Memory;
  /**
   * Keys, one a line, of which callers show one as a bearer token: all but probes and card asks for it. Agents that
   * delegate to it show the first, from a Secret of the same name in their own namespace, or the one that `addSubAgent`
   * is given.
   * @default - none: whoever the network lets through is answered
   */
  readonly apiKeys?: SecretValue;
  /**
   * Origins whose pages may call it from a browser, such as `https://chat.example.com`.
   * @default - none
   */
  readonly allowedOrigins?: readonly string[];
  /**
   * Base URL by which callers reach it, for its card.
   * @default - the one by which the card is asked for
   */
  readonly publicUrl?: string;
  /**
   * How clients outside the cluster reach it.
   * @default - they do not: it has its Service inside the cluster alone
   */
  readonly expose?: Exposure;
  /**
   * What it says of its telemetry in place of what its stack says.
   * @default - the stack's
   */
  readonly telemetry?: TelemetryOverride;
}

/** How an agent calls tools. */
export interface AgentTools {
  /**
   * How the model is offered tools: by its API (`native`), in text with fenced blocks (`text`), or by its API until the
   * gateway says that the model takes none (`auto`).
   * @default 'auto'
   */
  readonly toolCallMode?: ToolCallMode;
  /**
   * Tools that are called only once a person approved: names, `server/tool`, or either with `*` for any text. Waiting
   * calls are kept with the session, so `memory` must not be none.
   * @default - none: all are called
   */
  readonly toolApproval?: readonly string[];
  /**
   * Tool calls and delegations of one turn that are under way at a time. A whole number, 1 or more.
   * @default 8
   */
  readonly maxParallelToolCalls?: number;
  /**
   * Characters of one result that the model is told; a longer one is cut, with a note. A whole number, 1 or more.
   * @default 100000
   */
  readonly maxToolResultChars?: number;
}

/** What one request may cost, and how long its parts may take. Each limit ends the request with an error of its own. */
export interface AgentLimits {
  /**
   * Passes of the agentic loop before a request is given up. A whole number, 1 or more.
   * @default 5
   */
  readonly maxSteps?: number;
  /**
   * Passes of one request, those of the agents that it is handed on to among them. A whole number, 1 or more.
   * @default - no limit beside `maxSteps` of each agent
   */
  readonly maxTotalSteps?: number;
  /**
   * Tool calls and delegations of one request. A whole number, 1 or more.
   * @default - as many as its steps ask for
   */
  readonly maxToolCalls?: number;
  /**
   * Tokens of one request, in and out, as the model counts them. A whole number, 1 or more.
   * @default - no limit
   */
  readonly maxTokens?: number;
  /**
   * Tokens of one question to the model, as far as can be estimated: a longer conversation is shortened, then summed up.
   * A whole number, 1 or more.
   * @default - no limit
   */
  readonly maxContextTokens?: number;
  /**
   * Agents that a request may have come through. A whole number, 1 to 64.
   * @default 8
   */
  readonly maxDelegationDepth?: number;
  /**
   * Requests under way at a time, for each pod; more are refused with 429. A whole number, 1 or more.
   * @default 256
   */
  readonly maxConcurrentRequests?: number;
  /**
   * Size of a request's body, up to 256 MiB.
   * @default Size.mebibytes(10)
   */
  readonly maxBodySize?: Size;
  /**
   * How often a failed model call is made again. A whole number, 0 or more.
   * @default 2
   */
  readonly modelRetries?: number;
  /**
   * Time that one request may take; sub-agents get what is left of it.
   * @default - no limit
   */
  readonly requestTimeout?: Duration;
  /**
   * Time that a task of A2A may take, which may go on when nobody waits for it; `requestTimeout` takes its place.
   * @default Duration.minutes(30)
   */
  readonly taskTimeout?: Duration;
  /**
   * Time for which the model may be silent.
   * @default Duration.minutes(1)
   */
  readonly modelTimeout?: Duration;
  /**
   * Time for which a tool may be silent.
   * @default Duration.minutes(1)
   */
  readonly toolTimeout?: Duration;
  /**
   * Time for which a sub-agent may be silent.
   * @default Duration.minutes(5)
   */
  readonly delegationTimeout?: Duration;
}
