import { setTimeout as delay } from 'node:timers/promises';
import { type Logger } from 'pino';

const FAULTS = 3;
const FIRST_PROBE_MS = 250;
const LAST_PROBE_MS = 10_000;
const PROBE_TIMEOUT_MS = 2_000;

/** What a failed call says of the one who was called; undefined when it says nothing. */
export type Verdict = 'dead' | 'alive' | undefined;

/** Whoever was given less time than that to answer is not to blame for having needed more. */
export const FAIR_WAIT_MS = 1_000;

/**
 * Knows whether a peer is worth calling. After three faults in a row nobody calls it any more; it is tried in the
 * background, by nobody's request, until it answers again.
 */
export class PeerBreaker {
  private faults = 0;
  private open = false;
  private readonly closing = new AbortController();

  constructor(
    /** As people are told of it. */
    readonly peer: string,
    /** Fails, or says `false`, while there is no answer. */
    private readonly probe: (signal: AbortSignal) => Promise<unknown>,
    private readonly log: Logger,
    /** Is told whenever that changes. */
    private readonly onChange: (state: 'unavailable' | 'available') => void = () => undefined,
  ) {}

  /** Whether it is no use to call. */
  get isOpen(): boolean {
    return this.open;
  }

  /** Runs a call, and learns from how it ends, and after how long. */
  async watch<T>(call: () => Promise<T>, judge: (error: unknown, waitedMs: number) => Verdict): Promise<T> {
    const startedAt = performance.now();
    try {
      const result = await call();
      this.faults = 0;
      return result;
    } catch (error) {
      const verdict = judge(error, performance.now() - startedAt);
      if (verdict === 'alive') this.faults = 0;
      if (verdict === 'dead') this.fault(error);
      throw error;
    }
  }

  /** Counts a failure that says that the peer is dead. */
  fault(error: unknown): void {
    this.faults++;
    if (this.open || this.faults < FAULTS || this.closing.signal.aborted) return;
    this.open = true;
    this.onChange('unavailable');
    this.log.error({ err: error }, `${this.peer} is unavailable; it is not called until it answers again`);
    void this.recover();
  }

  /** Tries no more. */
  close(): Promise<void> {
    this.closing.abort();
    return Promise.resolve();
  }

  private async recover(): Promise<void> {
    const { signal } = this.closing;
    for (let waitMs = FIRST_PROBE_MS; ; waitMs = Math.min(waitMs * 2, LAST_PROBE_MS)) {
      // Replicas that lost a peer together do not come back to it together.
      const jittered = waitMs * (0.5 + Math.random() / 2);
      await delay(jittered, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      if (await this.answers()) break;
    }
    this.faults = 0;
    this.open = false;
    this.onChange('available');
    this.log.info(`${this.peer} is available again`);
  }

  private async answers(): Promise<boolean> {
    const signal = AbortSignal.any([this.closing.signal, AbortSignal.timeout(PROBE_TIMEOUT_MS)]);
    return this.probe(signal).then(
      (is) => is !== false && !signal.aborted,
      () => false,
    );
  }
}
