import { z } from 'zod';
import { CHAT_PATH } from '../contract';
import { CancelledError, ModelError } from '../process/errors';
import { type HttpClient } from '../process/http-client';
import { outgoingContext } from '../telemetry/trace-context';
import { type ToolCall } from './chat';
import { type Model, type ModelQuestion, type ModelReply } from './model';

/** A model behind an OpenAI-compatible gateway. */
export class ModelClient implements Model {
  private readonly url: string;

  constructor(
    private readonly options: {
      readonly baseUrl: string;
      readonly model: string;
      readonly apiKey: string | undefined;
      readonly timeoutMs: number;
    },
    private readonly http: HttpClient,
  ) {
    this.url = options.baseUrl.replace(/\/v1$/, '') + CHAT_PATH;
  }

  async complete(question: ModelQuestion, signal: AbortSignal): Promise<ModelReply> {
    const { status, text } = await this.post(this.body(question), signal);
    if (status !== 200) throw new ModelError(`the model gateway answered ${status}`, status, cause(text));
    return parseReply(text);
  }

  private body({ messages, functions }: ModelQuestion): string {
    const tools = functions.map((spec) => ({ type: 'function', function: spec }));
    return JSON.stringify({ model: this.options.model, messages, ...(tools.length > 0 ? { tools } : {}) });
  }

  private async post(body: string, signal: AbortSignal): Promise<{ status: number; text: string }> {
    const { apiKey, timeoutMs } = this.options;
    const headers = {
      'content-type': 'application/json',
      ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
      ...outgoingContext(),
    };
    try {
      const reply = await this.http.request(this.url, { method: 'POST', headers, body, signal, timeoutMs });
      return { status: reply.statusCode, text: await reply.body.text() };
    } catch (error) {
      if (signal.aborted) throw new CancelledError();
      throw new ModelError('the model gateway cannot be reached', undefined, { cause: error });
    }
  }
}

/** What a gateway says of a failure is for the log, not for the caller. */
function cause(text: string): ErrorOptions {
  return { cause: new Error(text.slice(0, 1000)) };
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

function parseReply(text: string): ModelReply {
  const parsed = completion.safeParse(parseJson(text));
  if (!parsed.success) {
    throw new ModelError('the model gateway answered with something else than a chat completion', undefined, {
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

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
