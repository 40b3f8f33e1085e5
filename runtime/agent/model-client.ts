import { type Dispatcher } from 'undici';
import { CHAT_PATH } from '../contract';
import { ModelError, ModelRefusalError, reasonOf } from '../process/errors';
import { type HttpClient, readJson } from '../process/http-client';
import { type Secret, SecretError } from '../process/secret';
import { type Model, type ModelQuestion, type ModelReply, type OnText } from './model';
import { parseReply } from './model-reply';
import { repeatableFailure, repeatableStatus, retryAfterMs } from './repeatable';
import { type Listeners, readStream } from './model-stream';
import { brokeOff } from './streamed-reply';

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

  async complete(
    question: ModelQuestion,
    signal: AbortSignal,
    onText?: OnText,
    onReasoning?: OnText,
  ): Promise<ModelReply> {
    const startedAt = performance.now();
    const reply = await this.ask(question, signal, onText !== undefined);
    try {
      if (onText && reply.statusCode === 200 && isEventStream(reply))
        return await readStream(reply.body, { onText, onReasoning }, startedAt);
      return await readWhole(reply, { onText, onReasoning });
    } catch (error) {
      if (signal.aborted) throw reasonOf(signal);
      throw error;
    }
  }

  private async ask(question: ModelQuestion, signal: AbortSignal, stream: boolean): Promise<Reply> {
    const { apiKey, timeoutMs } = this.options;
    try {
      const headers = await apiKey.asBearer();
      return await this.http.post(this.url, this.body(question, stream), { headers, signal, timeoutMs });
    } catch (error) {
      if (signal.aborted) throw reasonOf(signal);
      if (error instanceof SecretError)
        throw new ModelError('the key of the model gateway cannot be read', { cause: error });
      throw new ModelError('the model gateway cannot be reached', {
        cause: error,
        repeatable: repeatableFailure(error),
      });
    }
  }

  private body(question: ModelQuestion, stream: boolean): object {
    const { messages, functions, clientFunctions = [], parameters } = question;
    const tools = [...functions.map((spec) => ({ type: 'function', function: spec })), ...clientFunctions];
    return {
      ...parameters,
      model: this.options.model,
      messages,
      ...(tools.length > 0 ? { tools } : {}),
      ...(stream ? { stream: true, stream_options: { include_usage: true } } : {}),
    };
  }
}

type Reply = Dispatcher.ResponseData;

function isEventStream({ headers }: Reply): boolean {
  return String(headers['content-type']).startsWith('text/event-stream');
}

const REFUSALS: readonly number[] = [400, 413, 422];

/** What a gateway says of a failure is for the log, neither for the caller nor for the trace. */
function failed(
  status: number,
  text: string,
  retryAfter: string | string[] | undefined,
): ModelError | ModelRefusalError {
  const options = { upstreamStatus: status, cause: new Error(text.slice(0, 300)) };
  if (REFUSALS.includes(status))
    return new ModelRefusalError(
      `the model does not take the request: its gateway answered ${status}`,
      options,
    );
  const repeatable = repeatableStatus(status) ? { afterMs: retryAfterMs(retryAfter) } : undefined;
  return new ModelError(`the model gateway answered ${status}`, { ...options, repeatable });
}

/** A gateway that cannot stream answers in one piece all the same. */
async function readWhole(reply: Reply, { onText, onReasoning }: Partial<Listeners>): Promise<ModelReply> {
  const { status, text, json } = await readJson(reply).catch((cause: unknown) => {
    throw brokeOff(cause);
  });
  if (status !== 200) throw failed(status, text, reply.headers['retry-after']);
  const whole = parseReply(json);
  if (whole.reasoning) await onReasoning?.(whole.reasoning);
  if (whole.message.content) await onText?.(whole.message.content);
  return whole;
}
