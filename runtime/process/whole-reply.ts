import { type IncomingHttpHeaders } from 'node:http';
import { type Dispatcher } from 'undici';

export interface TextReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** A reply that had begun did not come to its end; why is its cause. */
export class BrokenReplyError extends Error {}

/**
 * Sends a request and takes the whole reply, whatever its status. Where nobody looks at a part of it before the rest is
 * here, a stream for the body would be for nothing, and costs a third of the call.
 *
 * @throws BrokenReplyError, why there was no reply, or the reason of the signal
 */
export function takeWhole(
  dispatcher: Dispatcher,
  options: Dispatcher.DispatchOptions,
  signal: AbortSignal,
): Promise<TextReply> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    dispatcher.dispatch(options, new WholeReply(signal, resolve, reject));
  });
}

class WholeReply implements Dispatcher.DispatchHandler {
  private controller: Dispatcher.DispatchController | undefined;
  private status = 0;
  private headers: IncomingHttpHeaders = {};
  private readonly chunks: Buffer[] = [];

  constructor(
    private readonly signal: AbortSignal,
    private readonly resolve: (reply: TextReply) => void,
    private readonly reject: (error: unknown) => void,
  ) {
    signal.addEventListener('abort', this.giveUp);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    if (this.signal.aborted) this.giveUp();
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    // What is said in advance is not the reply.
    if (status < 200) return;
    this.status = status;
    this.headers = headers;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.done();
    const { status, headers, chunks } = this;
    this.resolve({ status, headers, text: Buffer.concat(chunks).toString() });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.done();
    const isBroken = this.status !== 0 && !this.signal.aborted;
    this.reject(isBroken ? new BrokenReplyError('the reply broke off', { cause: error }) : error);
  }

  /** Before the request is on its way there is nothing to end but the waiting for it. */
  private readonly giveUp = (): void => {
    this.controller?.abort(this.signal.reason as Error);
    this.reject(this.signal.reason);
  };

  private done(): void {
    this.signal.removeEventListener('abort', this.giveUp);
  }
}
