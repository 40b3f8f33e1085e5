import { type AgentConfig } from '../contract';
import { ATTRIBUTE } from '../telemetry/names';
import { agenticLoop } from '../telemetry/operations';
import { traceResponse } from '../telemetry/trace-context';
import { type LoopParts, type LoopResult, runLoop, setUsage } from './loop';
import { type ChatRequest } from './request';

/** An answer, and the headers that say which trace shows how it came about. */
export interface Answer extends LoopResult {
  readonly headers: Readonly<Record<string, string>>;
}

/** Answers chat requests: the agent's instructions, the conversation, the loop, all in one span. */
export type Answerer = (request: ChatRequest, signal: AbortSignal) => Promise<Answer>;

export function buildAnswerer(config: AgentConfig, instructions: string, parts: LoopParts): Answerer {
  const operation = agenticLoop(config);
  const { withSpan } = parts.instrumentation;
  return (request, signal) =>
    withSpan(operation, async (span) => {
      const result = await runLoop(
        parts,
        [{ role: 'system', content: instructions }, ...request.messages],
        signal,
      );
      setUsage(span, result.usage);
      span.setAttribute(ATTRIBUTE.genAiFinishReasons, [result.finishReason]);
      const { inputTokens, outputTokens } = result.usage;
      parts.log.info({ steps: result.steps, inputTokens, outputTokens }, 'request answered');
      return { ...result, headers: traceResponse() };
    });
}
