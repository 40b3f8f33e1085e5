import { type AgentConfig } from '../contract';
import { ATTRIBUTE } from '../telemetry/names';
import { agenticLoop } from '../telemetry/operations';
import { traceResponse } from '../telemetry/trace-context';
import { type LoopParts, type LoopResult, runLoop, setUsage } from './loop';
import { type ChatRequest } from './request';

/**
 * Answers chat requests: the agent's instructions, the conversation, the loop, all in one span.
 *
 * @param onTrace is told at once by which headers a reply, good or bad, says which trace shows how it came about
 */
export type Answerer = (
  request: ChatRequest,
  signal: AbortSignal,
  onTrace: (headers: Record<string, string>) => void,
) => Promise<LoopResult>;

export function buildAnswerer(config: AgentConfig, instructions: string, parts: LoopParts): Answerer {
  const operation = agenticLoop(config);
  const { withSpan } = parts.instrumentation;
  return (request, signal, onTrace) =>
    withSpan(operation, async (span) => {
      onTrace(traceResponse());
      const result = await runLoop(
        parts,
        [{ role: 'system', content: instructions }, ...request.messages],
        signal,
      );
      setUsage(span, result.usage);
      span.setAttribute(ATTRIBUTE.genAiFinishReasons, [result.finishReason]);
      const { inputTokens, outputTokens } = result.usage;
      parts.log.info({ steps: result.steps, inputTokens, outputTokens }, 'request answered');
      return result;
    });
}
