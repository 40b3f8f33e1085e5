import { type Dispatcher } from 'undici';
import { CHAT_PATH } from '../../contract';
import { ModelError, ModelRefusalError, reasonOf } from '../../process/errors';
import { type HttpClient, type JsonReply, type PostOptions, readJson } from '../../process/http-client';
import { type Secret, SecretError } from '../../process/secret';
import { BrokenReplyError } from '../../process/whole-reply';
import { ChunkTimes } from './chunk-times';
import { type Model, type ModelQuestion, type ModelReply, type OnText } from './model';
import { parseReply } from './model-reply';
import { repeatableFailure, repeatableStatus, retryAfterMs } from './repeatable';
import { type Listeners, readStream } from './model-stream';
import { brokeOff } from './streamed-reply';

/** A model behind an OpenAI-compatible gateway. */
export class ModelClient implements Model {
  private readonly url: URL;

  constructor(
    private readonly options: {
      readonly baseUrl: string;
      readonly model: string;
      readonly apiKey: Secret;
      readonly timeoutMs: number;
      /**
       * Whether each chunk of a streamed reply is timed.
       * @default false
       */
      readonly timesChunks?: boolean;
    },
    private readonly http: HttpClient,
  ) {
    this.url = new URL(options.baseUrl.replace(/\/v1$/, '') + CHAT_PATH);
  }

  async complete(
    question: ModelQuestion,
    signal: AbortSignal,
    onText?: OnText,
    onReasoning?: OnText,
  ): Promise<ModelReply> {
    try {
      if (onText) return await this.stream(question, signal, { onText, onReasoning });
      const body = this.body(question, false);
      const reply = await this.ask(signal, (options) => this.http.postJson(this.url, body, options));
      const whole = parseWhole(reply);
      return onReasoning ? await tell(whole, { onReasoning }) : whole;
    } catch (error) {
      if (signal.aborted) throw reasonOf(signal);
      throw error;
    }
  }

  /** A gateway that cannot stream answers in one piece all the same. */
  private async stream(
    question: ModelQuestion,
    signal: AbortSignal,
    listeners: Listeners,
  ): Promise<ModelReply> {
    const times = new ChunkTimes(performance.now(), this.options.timesChunks);
    const body = this.body(question, true);
    const reply = await this.ask(signal, (options) => this.http.post(this.url, body, options));
    if (reply.statusCode === 200 && isEventStream(reply)) return readStream(reply.body, listeners, times);
    const whole = await readJson(reply).catch((cause: unknown) => {
      throw brokeOff(cause);
    });
    return tell(parseWhole(whole), listeners);
  }

  private async ask<T>(signal: AbortSignal, post: (options: PostOptions) => Promise<T>): Promise<T> {
    const { apiKey, timeoutMs } = this.options;
    try {
      const headers = await apiKey.asBearer();
      return await post({ headers, signal, timeoutMs });
    } catch (error) {
      if (error instanceof SecretError)
        throw new ModelError('the key of the model gateway cannot be read', { cause: error });
      if (error instanceof BrokenReplyError) throw brokeOff(error.cause);
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

function parseWhole({ status, headers, text, json }: JsonReply): ModelReply {
  if (status !== 200) throw failed(status, text, headers['retry-after']);
  return parseReply(json);
}

async function tell(whole: ModelReply, { onText, onReasoning }: Partial<Listeners>): Promise<ModelReply> {
  if (whole.reasoning) await onReasoning?.(whole.reasoning);
  if (whole.message.content) await onText?.(whole.message.content);
  return whole;
}
