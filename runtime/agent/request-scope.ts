import { setMaxListeners } from 'node:events';
import { type ServerResponse } from 'node:http';
import { CancelledError, DeadlineError } from '../process/errors';
import { type Budget, type Share } from './budget';
import { type ChatMessage } from './model/chat';
import { type LoopListener } from './listener';
import { type Recorder } from './memory/recorder';

/** What holds for one request, and for all that is done for it. */
export interface RequestScope {
  /** Aborted when the client hangs up or the time is up; its reason is the error that says which. */
  readonly signal: AbortSignal;
  /** When the time is up, by `performance.now()`; undefined without a limit. */
  readonly deadline: number | undefined;
  /** Agents that the request came through, outermost first. */
  readonly ancestors: readonly string[];
  /** Whether one of them means the request to come back to where it came through. */
  readonly allowCycle?: boolean;
  /** Undefined for the agent's own limits alone. */
  readonly budget?: Budget;
  /** What of it an agent may use that a task is handed on to; it is there while one is. */
  readonly share?: Share | undefined;
  /** What was said so far, without the turn that is under way; it is there while tools are called. */
  readonly conversation?: readonly ChatMessage[];
  /** Takes down what happens, for the session that the request belongs to. */
  readonly recorder: Recorder;
  /** Is told what happens, while it happens. */
  readonly listener: LoopListener;
}

/** A signal that aborts all that is done for a request when its client hangs up, or after so many milliseconds. */
export function abortedWith(
  response: ServerResponse,
  timeoutMs: number | undefined,
): { readonly signal: AbortSignal; readonly deadline: number | undefined } {
  const { controller, deadline, done } = abortedAfter(timeoutMs);
  response.once('close', () => {
    done();
    if (!response.writableFinished) controller.abort(new CancelledError());
  });
  // Somebody who hung up before the work began will not do so again.
  if (response.closed) controller.abort(new CancelledError());
  return { signal: controller.signal, deadline };
}

/** Aborts what is done after so many milliseconds, unless it was done before. */
export function abortedAfter(timeoutMs: number | undefined): {
  readonly controller: AbortController;
  readonly deadline: number | undefined;
  done(): void;
} {
  const controller = new AbortController();
  // Each tool call of the request listens; the ten that Node takes for normal are soon too few.
  setMaxListeners(0, controller.signal);
  const timer =
    timeoutMs === undefined
      ? undefined
      : setTimeout(() => controller.abort(new DeadlineError(timeoutMs)), timeoutMs);
  const deadline = timeoutMs === undefined ? undefined : performance.now() + timeoutMs;
  return { controller, deadline, done: () => clearTimeout(timer) };
}

/** Settles as the work does, or rejects with the reason as soon as the signal is aborted; the work may go on. */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let giveUp: () => void = () => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    giveUp = () => reject(signal.reason as Error);
    signal.addEventListener('abort', giveUp, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}
