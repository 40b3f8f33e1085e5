import { DecoratorHandler, type Dispatcher } from 'undici';
import { ATTRIBUTE } from '../telemetry/names';
import { sendRequest } from '../telemetry/http-operations';
import { outgoingContext } from '../telemetry/trace-context';
import { type WithSpan } from '../telemetry/with-span';
import { CancelledError, ProcessError } from './errors';

/** A reply that says that the request failed. */
class FailedRequest extends ProcessError {
  readonly code = 'request_failed';
}

/**
 * Gives each request that carries a trace a span of its own, to the end of the reply, and tells whoever is asked of that
 * one in place of the span around it.
 */
export function sentRequestSpans(withSpan: WithSpan): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) => {
    const given = options.headers as Record<string, string> | undefined; // it is what `HttpClient` gives
    if (given?.traceparent === undefined) return dispatch(options, handler);
    let isTaken = true;
    const url = new URL(options.path, String(options.origin));
    const work = withSpan(sendRequest(options.method, url), async (span) => {
      const headers = { ...given, ...outgoingContext() };
      const status = await new Promise<number>((ended, failed) => {
        const told = {
          ended,
          failed: (error: Error) => failed(isAbort(error) ? new CancelledError() : error),
        };
        isTaken = dispatch({ ...options, headers }, passingOn(handler, told));
      });
      span.setAttribute(ATTRIBUTE.httpStatus, status);
      if (status >= 400) throw new FailedRequest(`was answered ${status}`, { upstreamStatus: status });
    });
    // It is told by the span alone: whoever asked is told by the handler.
    work.catch(() => undefined);
    return isTaken;
  };
}

function isAbort({ name }: Error): boolean {
  return name === 'AbortError';
}

/** Passes on what comes, and tells once all of it came, or will not. */
function passingOn(
  handler: Dispatcher.DispatchHandler,
  told: { ended(status: number): void; failed(error: Error): void },
): Dispatcher.DispatchHandler {
  // It speaks to handlers of both kinds that there are; its type does not say so.
  const next: Dispatcher.DispatchHandler = new DecoratorHandler(handler);
  let answered = 0;
  return {
    onRequestStart: (...args) => next.onRequestStart?.(...args),
    onRequestUpgrade: (...args) => next.onRequestUpgrade?.(...args),
    onResponseStart: (controller, status, ...rest) => {
      answered = status;
      next.onResponseStart?.(controller, status, ...rest);
    },
    onResponseData: (...args) => next.onResponseData?.(...args),
    onResponseEnd: (...args) => {
      told.ended(answered);
      next.onResponseEnd?.(...args);
    },
    onResponseError: (controller, error) => {
      told.failed(error);
      next.onResponseError?.(controller, error);
    },
  };
}
