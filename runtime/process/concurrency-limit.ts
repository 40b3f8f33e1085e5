import { type ServerResponse } from 'node:http';
import { TooManyRequestsError } from './errors';

/** Bounds how many requests are answered at a time: one too many is told so at once, and costs next to nothing. */
export class ConcurrencyLimit {
  private running = 0;

  constructor(private readonly max: number) {}

  /**
   * Counts a request until its reply is closed.
   *
   * @throws TooManyRequestsError
   */
  enter(response: ServerResponse): void {
    if (this.running >= this.max) throw new TooManyRequestsError(this.max);
    // Of one that is closed already nobody would hear so.
    if (response.closed) return;
    this.running++;
    response.once('close', () => this.running--);
  }
}
