/**
 * Every span, attribute and metric name that we emit. KAOS's names are kept; attributes of the GenAI and MCP
 * conventions stand beside them and are written out here, because both conventions are still in development.
 * @see https://github.com/open-telemetry/semantic-conventions/tree/v1.41.0/docs/gen-ai
 */

/** Stands for a name that a model made up: what is not configured never becomes a span name or a label. */
export const UNKNOWN = 'unknown';

export const SPAN = {
  loop: 'agent.agentic_loop',
  step: (index: number) => `agent.step.${index}`,
  inference: 'model.inference',
  compaction: 'agent.compaction',
  tool: (name: string) => `tool.${name}`,
  mcpTool: (name: string) => `mcp.tool.${name}`,
  delegate: (agent: string) => `delegate.${agent}`,
  /** Opened by the MCP server. */
  toolsCall: (name: string) => `tools/call ${name}`,
  /** Opened by LiteLLM, and by the gateway that stands in for it. */
  gatewayRequest: 'Received Proxy Server Request',
} as const;

/** What happens within a span. */
export const EVENT = {
  /** A model call failed and is made again, within the same span: to whoever asked it is one call. */
  modelRetry: 'kaos.model.retry',
  /** A tool is not what it was when it was locked, and the request goes without. */
  toolRefused: 'kaos.tool.refused',
} as const;

export const ATTRIBUTE = {
  agentName: 'agent.name',
  maxSteps: 'agent.max_steps',
  stream: 'stream',
  /** The session that a request belongs to; on spans alone, as is the conversation, which is the same. */
  sessionId: 'session.id',
  step: 'step',
  stepLimit: 'max_steps',
  toolName: 'tool.name',
  mcpServer: 'mcp.server',
  mcpUrl: 'mcp.url',
  delegationTarget: 'agent.delegation.target',
  /** A name that is not configured, cut short; on spans alone. */
  requestedName: 'kaos.requested_name',
  /** The work was given up because whoever asked has gone. */
  cancelled: 'kaos.cancelled',
  /** Estimated, of all that the model is told. */
  compactionTokensBefore: 'kaos.compaction.tokens_before',
  compactionTokensAfter: 'kaos.compaction.tokens_after',
  compactionMessagesBefore: 'kaos.compaction.messages_before',
  compactionMessagesAfter: 'kaos.compaction.messages_after',
  /** How long a call that failed waits before it is made again. */
  retryDelayMs: 'kaos.retry.delay_ms',
  /** Why a tool is not offered: `changed` or `unlocked`. */
  refusalReason: 'kaos.tool.refusal.reason',
  toolDigest: 'kaos.tool.digest',
  loggerName: 'logger_name',

  errorType: 'error.type',
  serverAddress: 'server.address',
  serverPort: 'server.port',
  networkTransport: 'network.transport',
  networkProtocol: 'network.protocol.name',
  resendCount: 'http.request.resend_count',
  httpMethod: 'http.request.method',
  httpRoute: 'http.route',
  httpStatus: 'http.response.status_code',
  urlFull: 'url.full',
  urlPath: 'url.path',
  urlScheme: 'url.scheme',

  genAiOperation: 'gen_ai.operation.name',
  genAiProvider: 'gen_ai.provider.name',
  genAiAgentName: 'gen_ai.agent.name',
  genAiAgentDescription: 'gen_ai.agent.description',
  genAiConversationId: 'gen_ai.conversation.id',
  genAiRequestModel: 'gen_ai.request.model',
  genAiRequestStream: 'gen_ai.request.stream',
  genAiMaxTokens: 'gen_ai.request.max_tokens',
  genAiTemperature: 'gen_ai.request.temperature',
  genAiTopP: 'gen_ai.request.top_p',
  genAiFrequencyPenalty: 'gen_ai.request.frequency_penalty',
  genAiPresencePenalty: 'gen_ai.request.presence_penalty',
  genAiStopSequences: 'gen_ai.request.stop_sequences',
  genAiTimeToFirstChunk: 'gen_ai.response.time_to_first_chunk',
  genAiResponseModel: 'gen_ai.response.model',
  genAiResponseId: 'gen_ai.response.id',
  genAiFinishReasons: 'gen_ai.response.finish_reasons',
  genAiInputTokens: 'gen_ai.usage.input_tokens',
  genAiOutputTokens: 'gen_ai.usage.output_tokens',
  genAiCacheReadTokens: 'gen_ai.usage.cache_read.input_tokens',
  genAiCacheWriteTokens: 'gen_ai.usage.cache_creation.input_tokens',
  genAiReasoningTokens: 'gen_ai.usage.reasoning.output_tokens',
  genAiTokenType: 'gen_ai.token.type',
  genAiToolName: 'gen_ai.tool.name',
  genAiToolType: 'gen_ai.tool.type',
  genAiToolDescription: 'gen_ai.tool.description',
  genAiToolCallId: 'gen_ai.tool.call.id',

  mcpMethod: 'mcp.method.name',
  mcpProtocolVersion: 'mcp.protocol.version',
  mcpSessionId: 'mcp.session.id',
  jsonRpcRequestId: 'jsonrpc.request.id',
  rpcStatus: 'rpc.response.status_code',
} as const;

/** What users, models and tools said; on spans alone, and only when asked for. */
export const CONTENT = {
  instructions: 'gen_ai.system_instructions',
  input: 'gen_ai.input.messages',
  output: 'gen_ai.output.messages',
  toolArguments: 'gen_ai.tool.call.arguments',
  toolResult: 'gen_ai.tool.call.result',
} as const;

/** Labels of KAOS's metrics beside `agent.name`. */
export const LABEL = {
  success: 'success',
  model: 'model',
  tool: 'tool',
  target: 'target',
  signal: 'signal',
  server: 'server',
  reason: 'reason',
} as const;

/** Labels of what became of a peer: of those that are configured, and of two states. */
export const PEER_LABEL = { peer: 'peer', kind: 'kind', state: 'state' } as const;

export const METRIC = {
  requests: 'kaos.requests',
  requestDuration: 'kaos.request.duration',
  modelCalls: 'kaos.model.calls',
  modelDuration: 'kaos.model.duration',
  toolCalls: 'kaos.tool.calls',
  toolDuration: 'kaos.tool.duration',
  toolRefusals: 'kaos.tool.refusals',
  delegations: 'kaos.delegations',
  delegationDuration: 'kaos.delegation.duration',
  peerStateChanges: 'kaos.peer.state_changes',
  genAiOperationDuration: 'gen_ai.client.operation.duration',
  genAiTimeToFirstChunk: 'gen_ai.client.operation.time_to_first_chunk',
  genAiTokenUsage: 'gen_ai.client.token.usage',
  /** Recorded in the later generation alone. */
  genAiTimePerOutputChunk: 'gen_ai.client.inference.time_per_output_chunk',
  /** The later generation has these in place of the one before. */
  genAiInputTokensUsed: 'gen_ai.client.inference.usage.input_tokens',
  genAiOutputTokensUsed: 'gen_ai.client.inference.usage.output_tokens',
  genAiCacheReadTokensUsed: 'gen_ai.client.inference.usage.cache_read.input_tokens',
  genAiCacheWriteTokensUsed: 'gen_ai.client.inference.usage.cache_write.input_tokens',
  genAiReasoningTokensUsed: 'gen_ai.client.inference.usage.reasoning.output_tokens',
  genAiInputTokensOfCall: 'gen_ai.client.inference.operation.input_tokens',
  genAiOutputTokensOfCall: 'gen_ai.client.inference.operation.output_tokens',
  mcpClientDuration: 'mcp.client.operation.duration',
  mcpServerDuration: 'mcp.server.operation.duration',
  /** Spans and log records that could not be sent, by signal. */
  telemetryDropped: 'kaos.telemetry.dropped',
} as const;

/** Name of the tracer and the meter of a service. */
export function scopeName(service: string): string {
  return `kaos.${service}`;
}
