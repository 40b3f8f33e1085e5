import { type Attributes, type Link, SpanKind } from '@opentelemetry/api';
import { ATTRIBUTE, LABEL, METRIC, SPAN, UNKNOWN } from './names';

/** Something that a span stands for, and the metrics that the same span feeds. */
export interface Operation {
  readonly name: string;
  readonly kind: SpanKind;
  readonly attributes: Attributes;
  readonly links?: readonly Link[];
  /** KAOS's counter and histogram for it. */
  readonly counted?: Counted;
  /** The histogram that a convention asks for, in seconds. */
  readonly timed?: { readonly histogram: string; readonly attributes: Attributes };
}

export interface Counted {
  readonly counter: string;
  readonly histogram: string;
  readonly labels: Attributes;
}

/** One request to an agent, from question to answer. */
export function agenticLoop(
  agent: { name: string; description: string; model: string; maxSteps: number },
  stream: boolean,
): Operation {
  return {
    name: SPAN.loop,
    kind: SpanKind.INTERNAL,
    attributes: {
      [ATTRIBUTE.genAiOperation]: 'invoke_agent',
      [ATTRIBUTE.genAiAgentName]: agent.name,
      [ATTRIBUTE.genAiAgentDescription]: agent.description,
      [ATTRIBUTE.genAiRequestModel]: agent.model,
      [ATTRIBUTE.maxSteps]: agent.maxSteps,
      [ATTRIBUTE.stream]: stream,
    },
    counted: { counter: METRIC.requests, histogram: METRIC.requestDuration, labels: {} },
  };
}

/** One pass of the loop; the first has index 1. */
export function loopStep(index: number, maxSteps: number): Operation {
  return {
    name: SPAN.step(index),
    kind: SpanKind.INTERNAL,
    attributes: { [ATTRIBUTE.step]: index, [ATTRIBUTE.stepLimit]: maxSteps },
  };
}

/** A conversation that grew too long is made shorter. */
export function compaction(): Operation {
  return { name: SPAN.compaction, kind: SpanKind.INTERNAL, attributes: {} };
}

/** One call of the model. */
export function inference(model: string, gateway: URL): Operation {
  const attributes = {
    [ATTRIBUTE.genAiOperation]: 'chat',
    [ATTRIBUTE.genAiProvider]: providerOf(model),
    [ATTRIBUTE.genAiRequestModel]: model,
    ...serverAttributes(gateway),
  };
  return {
    name: SPAN.inference,
    kind: SpanKind.CLIENT,
    attributes,
    counted: {
      counter: METRIC.modelCalls,
      histogram: METRIC.modelDuration,
      labels: { [LABEL.model]: model },
    },
    timed: { histogram: METRIC.genAiOperationDuration, attributes },
  };
}

/** One tool call, as the loop sees it. */
export function executeTool(name: string, description = ''): Operation {
  return {
    name: SPAN.tool(name),
    kind: SpanKind.CLIENT,
    attributes: {
      [ATTRIBUTE.genAiOperation]: 'execute_tool',
      [ATTRIBUTE.genAiToolName]: name,
      [ATTRIBUTE.genAiToolType]: 'function',
      ...(description === '' ? {} : { [ATTRIBUTE.genAiToolDescription]: bounded(description) }),
      [ATTRIBUTE.toolName]: name,
    },
    counted: { counter: METRIC.toolCalls, histogram: METRIC.toolDuration, labels: { [LABEL.tool]: name } },
  };
}

/** A call of a tool that nobody offers, or a task for an agent that is not there. */
export function executeUnknownTool(requestedName: string): Operation {
  const operation = requestedName.startsWith(DELEGATION_PREFIX)
    ? delegation(UNKNOWN, {})
    : executeTool(UNKNOWN);
  const attributes = { ...operation.attributes, [ATTRIBUTE.requestedName]: requestedName.slice(0, 64) };
  return { ...operation, attributes };
}

/** What the function that hands a task to an agent is called, before the agent's name. */
export const DELEGATION_PREFIX = 'delegate_to_';

/** What others make up, as it goes on a span. */
export function bounded(text: string): string {
  return text.length > LONGEST_NAME ? text.slice(0, LONGEST_NAME) : text;
}

const LONGEST_NAME = 256;

/** The same tool call on its way to an MCP server. It is counted by the tool span around it. */
export function mcpToolCall(server: string, url: URL, tool: string): Operation {
  const attributes = {
    [ATTRIBUTE.mcpMethod]: 'tools/call',
    [ATTRIBUTE.genAiToolName]: tool,
    [ATTRIBUTE.networkTransport]: 'tcp',
    ...serverAttributes(url),
  };
  return {
    name: SPAN.mcpTool(tool),
    kind: SpanKind.CLIENT,
    attributes: {
      ...attributes,
      [ATTRIBUTE.toolName]: tool,
      [ATTRIBUTE.networkProtocol]: 'http',
      [ATTRIBUTE.mcpServer]: server,
      // Credentials and tokens may stand before the host or in the query.
      [ATTRIBUTE.mcpUrl]: `${url.origin}${url.pathname}`,
    },
    timed: { histogram: METRIC.mcpClientDuration, attributes },
  };
}

/** A tool call arriving at an MCP server. */
export function serveToolCall(call: {
  tool: string;
  requestId: string;
  protocolVersion: string | undefined;
  /** Whether the caller's trace goes on here; without one this span is the tool execution itself. */
  continued: boolean;
  links: readonly Link[];
}): Operation {
  const attributes = {
    [ATTRIBUTE.mcpMethod]: 'tools/call',
    [ATTRIBUTE.genAiToolName]: call.tool,
    [ATTRIBUTE.networkTransport]: 'tcp',
  };
  return {
    name: SPAN.toolsCall(call.tool),
    kind: SpanKind.SERVER,
    links: call.links,
    attributes: {
      ...attributes,
      ...(call.continued ? {} : { [ATTRIBUTE.genAiOperation]: 'execute_tool' }),
      [ATTRIBUTE.jsonRpcRequestId]: call.requestId,
      [ATTRIBUTE.mcpProtocolVersion]: call.protocolVersion,
    },
    timed: { histogram: METRIC.mcpServerDuration, attributes },
  };
}

/** A tool call that an MCP server passes on to a process behind it, over stdio. It is counted where it came from. */
export function stdioToolCall(server: string, tool: string): Operation {
  const attributes = {
    [ATTRIBUTE.mcpMethod]: 'tools/call',
    [ATTRIBUTE.genAiToolName]: tool,
    [ATTRIBUTE.networkTransport]: 'pipe',
  };
  return {
    name: SPAN.mcpTool(tool),
    kind: SpanKind.CLIENT,
    attributes: { ...attributes, [ATTRIBUTE.toolName]: tool, [ATTRIBUTE.mcpServer]: server },
    timed: { histogram: METRIC.mcpClientDuration, attributes },
  };
}

/** A part of what a tool does, by the name that its author gave it. */
export function toolWork(tool: string, name: string, attributes: Attributes): Operation {
  return { name, kind: SpanKind.INTERNAL, attributes: { ...attributes, [ATTRIBUTE.toolName]: tool } };
}

/** A task handed to another agent. */
export function delegateTo(agent: string, url: URL): Operation {
  return delegation(agent, serverAttributes(url));
}

function delegation(agent: string, server: Attributes): Operation {
  return {
    name: SPAN.delegate(agent),
    kind: SpanKind.CLIENT,
    attributes: {
      [ATTRIBUTE.genAiOperation]: 'invoke_agent',
      [ATTRIBUTE.genAiAgentName]: agent,
      [ATTRIBUTE.delegationTarget]: agent,
      ...server,
    },
    counted: {
      counter: METRIC.delegations,
      histogram: METRIC.delegationDuration,
      labels: { [LABEL.target]: agent },
    },
  };
}

/** A request that arrives over HTTP. */
export function serveRequest(request: {
  method: string;
  route: string | undefined;
  path: string;
  scheme: string;
}) {
  const { route, path, scheme } = request;
  const method = knownMethod(request.method);
  return {
    // Paths that there are not are made up by whoever asks.
    name: route === undefined ? method : `${method} ${route}`,
    kind: SpanKind.SERVER,
    attributes: {
      [ATTRIBUTE.httpMethod]: method,
      [ATTRIBUTE.httpRoute]: route,
      [ATTRIBUTE.urlPath]: bounded(path),
      [ATTRIBUTE.urlScheme]: scheme,
    },
  } satisfies Operation;
}

/** A request that is sent over HTTP. */
export function sendRequest(method: string, url: URL): Operation {
  return {
    name: knownMethod(method),
    kind: SpanKind.CLIENT,
    attributes: {
      [ATTRIBUTE.httpMethod]: knownMethod(method),
      [ATTRIBUTE.urlFull]: bounded(`${url.origin}${url.pathname}`),
      ...serverAttributes(url),
    },
  };
}

function knownMethod(method: string): string {
  return HTTP_METHODS.includes(method) ? method : '_OTHER';
}

const HTTP_METHODS: readonly string[] = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'];

/** A chat request arriving at a model gateway. */
export function serveGatewayRequest(model: string): Operation {
  return {
    name: SPAN.gatewayRequest,
    kind: SpanKind.SERVER,
    attributes: { [ATTRIBUTE.genAiRequestModel]: model },
  };
}

function serverAttributes(url: URL): Attributes {
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
  return { [ATTRIBUTE.serverAddress]: url.hostname, [ATTRIBUTE.serverPort]: port };
}

/** LiteLLM's model prefixes whose provider the GenAI conventions call otherwise. */
const PROVIDERS: Readonly<Record<string, string>> = {
  anthropic: 'anthropic',
  azure: 'azure.ai.openai',
  bedrock: 'aws.bedrock',
  cohere: 'cohere',
  deepseek: 'deepseek',
  gemini: 'gcp.gemini',
  groq: 'groq',
  mistral: 'mistral_ai',
  ollama: 'ollama',
  ollama_chat: 'ollama',
  perplexity: 'perplexity',
  vertex_ai: 'gcp.vertex_ai',
  watsonx: 'ibm.watsonx.ai',
  xai: 'x_ai',
};

/** Behind a gateway a bare name says nothing of the provider; what is certain is that it speaks OpenAI's API. */
function providerOf(model: string): string {
  return PROVIDERS[model.split('/')[0] ?? ''] ?? 'openai';
}
