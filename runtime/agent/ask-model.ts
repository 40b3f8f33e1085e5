import { type Span } from '@opentelemetry/api';
import { ATTRIBUTE } from '../telemetry/names';
import { bounded } from '../telemetry/operations';
import { type Instrumentation, type Tokens } from '../telemetry/with-span';
import { type Usage } from './model/chat';
import { type LoopParts } from './loop';
import { type ModelParameters, type ModelQuestion, type ModelReply } from './model/model';
import { type Listeners } from './model/model-stream';

/** One model call, in a span that ends with the last that the model says. */
export function askModel(
  { model, inference, instrumentation }: Pick<LoopParts, 'model' | 'inference' | 'instrumentation'>,
  question: ModelQuestion,
  signal: AbortSignal,
  { onText, onReasoning }: Partial<Listeners> = {},
): Promise<ModelReply> {
  return instrumentation.withSpan(inference, async (span, label) => {
    describeParameters(span, question.parameters);
    if (question.session !== undefined) span.setAttribute(ATTRIBUTE.genAiConversationId, question.session);
    if (onText) span.setAttribute(ATTRIBUTE.genAiRequestStream, true);
    const reply = await model.complete(question, signal, onText, onReasoning);
    describeReply(span, reply, instrumentation);
    const answeredBy = reply.model === undefined ? undefined : instrumentation.modelLabel(reply.model);
    if (answeredBy !== undefined) label(ATTRIBUTE.genAiResponseModel, answeredBy);
    if (reply.usage) instrumentation.recordTokens(inference, tokensOf(reply.usage), answeredBy);
    if (reply.firstChunkMs !== undefined) instrumentation.recordFirstChunk(inference, reply.firstChunkMs);
    if (reply.laterChunksMs) instrumentation.recordLaterChunks(inference, reply.laterChunksMs);
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
  const { stop } = parameters;
  if (typeof stop === 'string') span.setAttribute(ATTRIBUTE.genAiStopSequences, [stop]);
  if (Array.isArray(stop)) span.setAttribute(ATTRIBUTE.genAiStopSequences, stop.map(String));
}

/** Numbers, which say nothing of what was said. */
const DESCRIBED: Readonly<Record<string, string>> = {
  max_tokens: ATTRIBUTE.genAiMaxTokens,
  max_completion_tokens: ATTRIBUTE.genAiMaxTokens,
  temperature: ATTRIBUTE.genAiTemperature,
  top_p: ATTRIBUTE.genAiTopP,
  frequency_penalty: ATTRIBUTE.genAiFrequencyPenalty,
  presence_penalty: ATTRIBUTE.genAiPresencePenalty,
};

function tokensOf({ inputTokens, outputTokens, ...details }: Usage): Tokens {
  const { cacheReadTokens: cacheRead, cacheWriteTokens: cacheWrite, reasoningTokens: reasoning } = details;
  return { input: inputTokens, output: outputTokens, cacheRead, cacheWrite, reasoning };
}

function describeReply(span: Span, reply: ModelReply, { named }: Pick<Instrumentation, 'named'>): void {
  const { id, model, finishReason, usage, firstChunkMs } = reply;
  if (id !== undefined) span.setAttribute(ATTRIBUTE.genAiResponseId, bounded(id));
  if (model !== undefined) span.setAttribute(ATTRIBUTE.genAiResponseModel, bounded(model));
  span.setAttribute(ATTRIBUTE.genAiFinishReasons, [bounded(finishReason)]);
  const details = {
    [ATTRIBUTE.genAiCacheReadTokens]: usage?.cacheReadTokens,
    [named(ATTRIBUTE.genAiCacheWriteTokens)]: usage?.cacheWriteTokens,
    [ATTRIBUTE.genAiReasoningTokens]: usage?.reasoningTokens,
  };
  for (const [name, count] of Object.entries(details))
    if (count !== undefined) span.setAttribute(name, count);
  if (firstChunkMs !== undefined) span.setAttribute(ATTRIBUTE.genAiTimeToFirstChunk, firstChunkMs / 1000);
  if (usage) setUsage(span, usage);
}
