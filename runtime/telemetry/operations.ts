import { type Attributes, type Link, SpanKind } from '@opentelemetry/api';
import { ATTRIBUTE, LABEL, METRIC, SPAN } from './names';

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

/** A chat request arriving at a model gateway. */
export function serveGatewayRequest(model: string): Operation {
  return {
    name: SPAN.gatewayRequest,
    kind: SpanKind.SERVER,
    attributes: { [ATTRIBUTE.genAiRequestModel]: model },
  };
}

/** What others make up, as it goes on a span. */
export function bounded(text: string): string {
  return text.length > LONGEST_NAME ? text.slice(0, LONGEST_NAME) : text;
}

const LONGEST_NAME = 256;

/** Where a call goes. */
export function serverAttributes(url: URL): Attributes {
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
