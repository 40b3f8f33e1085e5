import { pointsOf } from './metrics';
import { SpanTree, titleOf } from './span-tree';
import { type SpanRecord, type TopologyRun } from './topology-run';
import { refuse } from './trace-contract-error';

/**
 * Each tool call is three spans, one below the other: `tool.<name>` and `mcp.tool.<name>` of the agent and
 * `tools/call <name>` of the server; the second call of a connection like the first. It counts once, in
 * `kaos.tool.calls`. Servers that do not report, such as those of somebody else, have no third.
 *
 * @throws TraceContractError naming each call with a part missing, and each count that differs
 */
export function expectToolCallsParented(run: TopologyRun): void {
  const tree = new SpanTree(run);
  const calls = tree.named(/^tool\./);
  const reporting = new Set(run.spans.map(({ service }) => service));
  const problems = calls.flatMap((call) => {
    const clients = tree.childrenOf(call).filter(({ name }) => name.startsWith('mcp.tool.'));
    if (clients.length !== 1) return [`${titleOf(call)} has ${clients.length} children mcp.tool.*, not one`];
    const [client] = clients as [SpanRecord];
    const servers = tree.childrenOf(client).filter(({ name }) => name.startsWith('tools/call '));
    const isExpected = reporting.has(String(client.attributes['mcp.server'])) && client.status !== 'error';
    return isExpected && servers.length !== 1
      ? [`${titleOf(client)} has ${servers.length} children tools/call *, not one`]
      : [];
  });
  const lost = tree
    .named(/^tools\/call /)
    .filter((span) => !tree.parentOf(span)?.name.startsWith('mcp.tool.'));
  const counted = pointsOf(run, 'kaos.tool.calls').reduce((sum, { value }) => sum + value, 0);
  refuse('expectToolCallsParented', [
    ...problems,
    ...lost.map((span) => `${titleOf(span)} is the child of no mcp.tool.*`),
    ...(counted === calls.length
      ? []
      : [`kaos.tool.calls counts ${counted}, and there are ${calls.length} spans tool.*`]),
  ]);
}
