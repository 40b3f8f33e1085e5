import { z } from 'zod';
import { CHAT_PATH } from '../contract';
import { ModelError, reasonOf } from '../process/errors';
import { type HttpClient, type JsonReply } from '../process/http-client';
import { type Secret, SecretError } from '../process/secret';
import { type ToolCall } from './chat';
import { type Model, type ModelQuestion, type ModelReply } from './model';

/** A model behind an OpenAI-compatible gateway. */
export class ModelClient implements Model {
  private readonly url: string;

  constructor(
    private readonly options: {
      readonly baseUrl: string;
      readonly model: string;
      readonly apiKey: Secret;
      readonly timeoutMs: number;
    },
    private readonly http: HttpClient,
  ) {
    this.url = options.baseUrl.replace(/\/v1$/, '') + CHAT_PATH;
  }

  async complete(question: ModelQuestion, signal: AbortSignal): Promise<ModelReply> {
    const { status, text, json } = await this.post(question, signal);
    if (status === 200) return parseReply(json);
    // What a gateway says of a failure is for the log, neither for the caller nor for the trace.
    const cause = new Error(text.slice(0, 300));
    throw new ModelError(`the model gateway answered ${status}`, { upstreamStatus: status, cause });
  }

  private async post({ messages, functions }: ModelQuestion, signal: AbortSignal): Promise<JsonReply> {
    const { model, apiKey, timeoutMs } = this.options;
    const tools = functions.map((spec) => ({ type: 'function', function: spec }));
    const body = { model, messages, ...(tools.length > 0 ? { tools } : {}) };
    try {
      const headers = await apiKey.asBearer();
      return await this.http.postJson(this.url, body, { headers, signal, timeoutMs });
    } catch (error) {
      if (signal.aborted) throw reasonOf(signal);
      if (error instanceof SecretError)
        throw new ModelError('the key of the model gateway cannot be read', { cause: error });
      throw new ModelError('the model gateway cannot be reached', { cause: error });
    }
  }
}

const toolCall = z.object({
  id: z.string(),
  function: z.object({ name: z.string(), arguments: z.string().nullish() }),
});

const completion = z.object({
  id: z.string().optional(),
  model: z.string().optional(),
  choices: z
    .array(
      z.object({
        finish_reason: z.string().nullish(),
        message: z.object({ content: z.string().nullish(), tool_calls: z.array(toolCall).nullish() }),
      }),
    )
    .min(1),
  // An answer is no worse for a count that cannot be read.
  usage: z.object({ prompt_tokens: z.number(), completion_tokens: z.number() }).nullish().catch(undefined),
});

function parseReply(json: unknown): ModelReply {
  const parsed = completion.safeParse(json);
  if (!parsed.success) {
    throw new ModelError('the model gateway answered with something else than a chat completion', {
      cause: parsed.error,
    });
  }
  const { id, model, choices, usage } = parsed.data;
  const [{ message, finish_reason }] = choices as [(typeof choices)[number]];
  const calls = (message.tool_calls ?? []).map((call): ToolCall => ({
    id: call.id,
    type: 'function',
    function: { name: call.function.name, arguments: call.function.arguments ?? '' },
  }));
  return {
    id,
    model,
    finishReason: finish_reason ?? 'stop',
    message: {
      role: 'assistant',
      content: message.content ?? null,
      ...(calls.length > 0 ? { tool_calls: calls } : {}),
    },
    usage: usage ? { inputTokens: usage.prompt_tokens, outputTokens: usage.completion_tokens } : undefined,
  };
}
