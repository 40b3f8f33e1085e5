import { type Attributes, type Link, SpanKind } from '@opentelemetry/api';
import { ATTRIBUTE, METRIC, SPAN } from './names';
import { type Operation, serverAttributes } from './operations';

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
