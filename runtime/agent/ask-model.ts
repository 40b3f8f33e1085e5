import { type Span } from '@opentelemetry/api';
import { ATTRIBUTE } from '../telemetry/names';
import { type Usage } from './chat';
import { type LoopParts } from './loop';
import { type ModelParameters, type ModelQuestion, type ModelReply } from './model';
import { type Listeners } from './model-stream';

/** One model call, in a span that ends with the last that the model says. */
export function askModel(
  { model, inference, instrumentation }: Pick<LoopParts, 'model' | 'inference' | 'instrumentation'>,
  question: ModelQuestion,
  signal: AbortSignal,
  { onText, onReasoning }: Partial<Listeners> = {},
): Promise<ModelReply> {
  return instrumentation.withSpan(inference, async (span) => {
    describeParameters(span, question.parameters);
    if (onText) span.setAttribute(ATTRIBUTE.genAiRequestStream, true);
    const reply = await model.complete(question, signal, onText, onReasoning);
    describeReply(span, reply);
    if (reply.usage) {
      const tokens = { input: reply.usage.inputTokens, output: reply.usage.outputTokens };
      instrumentation.recordTokens(inference, tokens);
    }
    if (reply.firstChunkMs !== undefined) instrumentation.recordFirstChunk(inference, reply.firstChunkMs);
    return reply;
  });
}

export function setUsage(span: Span, usage: Usage): void {
  span.setAttribute(ATTRIBUTE.genAiInputTokens, usage.inputTokens);
  span.setAttribute(ATTRIBUTE.genAiOutputTokens, usage.outputTokens);
}

function describeParameters(span: Span, parameters: ModelParameters = {}): void {
  for (const [name, attribute] of Object.entries(DESCRIBED)) {
    const value = parameters[name];
    if (typeof value === 'number') span.setAttribute(attribute, value);
  }
}

/** Numbers alone: they say nothing of what was said. */
const DESCRIBED: Readonly<Record<string, string>> = {
  max_tokens: ATTRIBUTE.genAiMaxTokens,
  max_completion_tokens: ATTRIBUTE.genAiMaxTokens,
  temperature: ATTRIBUTE.genAiTemperature,
  top_p: ATTRIBUTE.genAiTopP,
  frequency_penalty: ATTRIBUTE.genAiFrequencyPenalty,
  presence_penalty: ATTRIBUTE.genAiPresencePenalty,
};

function describeReply(span: Span, reply: ModelReply): void {
  const { id, model, finishReason, usage, firstChunkMs } = reply;
  if (id !== undefined) span.setAttribute(ATTRIBUTE.genAiResponseId, id);
  if (model !== undefined) span.setAttribute(ATTRIBUTE.genAiResponseModel, model);
  span.setAttribute(ATTRIBUTE.genAiFinishReasons, [finishReason]);
  if (firstChunkMs !== undefined) span.setAttribute(ATTRIBUTE.genAiTimeToFirstChunk, firstChunkMs / 1000);
  if (usage) setUsage(span, usage);
}
