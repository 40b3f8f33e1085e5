import { type Env } from '../contract';
import { ATTRIBUTE, METRIC } from './names';

/**
 * Which generation of the GenAI conventions is spoken: that of release 1.41, which gateways and dashboards know, or
 * the one that took its place in a repository of its own.
 */
export type GenAIGeneration = '1.41' | 'latest';

const OPT_IN = 'gen_ai_latest_experimental';

/** By the variable that OpenTelemetry has for it: words apart by commas, of which one is ours to know. */
export function genAIGeneration({ OTEL_SEMCONV_STABILITY_OPT_IN: asked = '' }: Env): GenAIGeneration {
  const words = asked.split(',').map((word) => word.trim());
  return words.includes(OPT_IN) ? 'latest' : '1.41';
}

/** What the later generation calls otherwise; what is not here it calls the same. */
const RENAMED: Readonly<Record<string, string>> = {
  [METRIC.genAiOperationDuration]: 'gen_ai.client.inference.duration',
  [METRIC.genAiTimeToFirstChunk]: 'gen_ai.client.inference.time_to_first_chunk',
  [ATTRIBUTE.genAiCacheWriteTokens]: 'gen_ai.usage.cache_write.input_tokens',
};

export function nameIn(generation: GenAIGeneration, name: string): string {
  return (generation === 'latest' ? RENAMED[name] : undefined) ?? name;
}
