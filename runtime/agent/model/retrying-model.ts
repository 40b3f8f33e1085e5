import { setTimeout as delay } from 'node:timers/promises';
import { type Logger } from 'pino';
import { ModelError, reasonOf } from '../../process/errors';
import { ATTRIBUTE, EVENT } from '../../telemetry/names';
import { recordEvent } from '../../telemetry/record-event';
import { type Model, type ModelQuestion, type ModelReply, type OnText } from './model';

const FIRST_DELAY_MS = 250;
const LAST_DELAY_MS = 8_000;
/** A gateway that wants more peace than that is asked again all the same: somebody waits. */
const MAX_RETRY_AFTER_MS = 30_000;

/** Asks a model again that failed in a way which may be better the next time, unless somebody heard it speak. */
export class RetryingModel implements Model {
  constructor(
    private readonly model: Model,
    private readonly options: { readonly maxRetries: number; readonly log: Logger },
  ) {}

  async complete(
    question: ModelQuestion,
    signal: AbortSignal,
    ...listeners: readonly (OnText | undefined)[]
  ): Promise<ModelReply> {
    let hasSpoken = false;
    const listening = listeners.map(
      (listener) =>
        listener &&
        ((piece: string) => {
          hasSpoken = true;
          return listener(piece);
        }),
    );
    for (let retry = 1; ; retry++) {
      try {
        return await this.model.complete(question, signal, ...listening);
      } catch (error) {
        const delayMs = hasSpoken || retry > this.options.maxRetries ? undefined : delayBefore(retry, error);
        if (delayMs === undefined || isTooLate(delayMs, question)) throw error;
        this.note(error as ModelError, retry, delayMs);
        await pause(delayMs, signal);
      }
    }
  }

  private note(error: ModelError, retry: number, delayMs: number): void {
    const { log } = this.options;
    recordEvent(EVENT.modelRetry, {
      [ATTRIBUTE.errorType]: error.type,
      [ATTRIBUTE.resendCount]: retry,
      [ATTRIBUTE.retryDelayMs]: delayMs,
    });
    log.warn({ err: error }, `the model is asked again in ${delayMs} ms`);
  }
}

/** Undefined when asking again is of no use. */
function delayBefore(retry: number, error: unknown): number | undefined {
  const repeatable = error instanceof ModelError ? error.repeatable : undefined;
  if (!repeatable) return undefined;
  if (repeatable.afterMs !== undefined) return Math.min(Math.round(repeatable.afterMs), MAX_RETRY_AFTER_MS);
  const longest = Math.min(FIRST_DELAY_MS * 2 ** (retry - 1), LAST_DELAY_MS);
  // All whom one outage hit would come back at the same time, and make the next.
  return Math.round(longest * (0.5 + Math.random() / 2));
}

function isTooLate(delayMs: number, { deadline }: ModelQuestion): boolean {
  return deadline !== undefined && performance.now() + delayMs >= deadline;
}

async function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(delayMs, undefined, { signal });
  } catch {
    throw reasonOf(signal);
  }
}
