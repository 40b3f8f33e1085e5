const FIRST_MS = 100;
const LAST_MS = 30_000;
/** Whoever lived this long has not failed at its start. */
const LIFE_MS = 60_000;

/** How long to wait after a failure: twice as long each time, up to half a minute, and never quite the same. */
export class Backoff {
  private failures = 0;
  private timer: NodeJS.Timeout | undefined;

  /** @param onOver is told when the wait is over */
  constructor(private readonly onOver: () => void) {}

  get isWaiting(): boolean {
    return this.timer !== undefined;
  }

  /** Forgets earlier failures if there was a life after them. */
  lived(livedMs: number): void {
    if (livedMs >= LIFE_MS) this.failures = 0;
  }

  /** Begins to wait, for as long as it says. */
  wait(): number {
    const fullMs = Math.min(FIRST_MS * 2 ** this.failures, LAST_MS);
    this.failures++;
    // Replicas whose commands fail together do not come back together.
    const delayMs = fullMs * (0.5 + Math.random() / 2);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.onOver();
    }, delayMs);
    return delayMs;
  }

  close(): void {
    clearTimeout(this.timer);
  }
}
