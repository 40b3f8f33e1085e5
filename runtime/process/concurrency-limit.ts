import { type ServerResponse } from 'node:http';
import { TooManyRequestsError } from './errors';

/** Bounds how many requests are answered at a time: one too many is told so at once, and costs next to nothing. */
export class ConcurrencyLimit {
  private answering = 0;
  /** Work that goes on after its reply was closed. */
  private detached = 0;
  private readonly work = new WeakMap<ServerResponse, Promise<unknown>>();

  constructor(private readonly max: number) {}

  /**
   * Counts a request until its reply is closed, and until the work is done that is held for it. Who only asks after
   * work that goes on is not turned away for it.
   *
   * @throws TooManyRequestsError
   */
  enter(response: ServerResponse): void {
    if (this.answering >= this.max) throw new TooManyRequestsError(this.max);
    // Of one that is closed already nobody would hear so.
    if (response.closed) return;
    this.answering++;
    response.once('close', () => {
      this.answering--;
      const work = this.work.get(response);
      if (work) this.detach(work);
    });
  }

  /**
   * For a request that was counted and is to begin work.
   *
   * @throws TooManyRequestsError when it is one too many, with the work that goes on by itself
   */
  begin(): void {
    if (this.answering + this.detached > this.max) throw new TooManyRequestsError(this.max);
  }

  /** Work that may go on after its reply was closed counts until it settles. It does not reject. */
  hold(response: ServerResponse, work: Promise<unknown>): void {
    if (response.closed) this.detach(work);
    else this.work.set(response, work);
  }

  private detach(work: Promise<unknown>): void {
    this.detached++;
    void work.finally(() => this.detached--);
  }
}
