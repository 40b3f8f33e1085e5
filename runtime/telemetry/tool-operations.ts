import { type Attributes, SpanKind } from '@opentelemetry/api';
import { ATTRIBUTE, LABEL, METRIC, SPAN, UNKNOWN } from './names';
import { bounded, type Operation, serverAttributes } from './operations';

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
