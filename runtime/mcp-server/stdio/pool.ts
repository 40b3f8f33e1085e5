import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { types } from 'node:util';
import { type Logger } from 'pino';
import { type Condition } from '../../process/conditions';
import { ToolError } from '../../process/failure-for-model';
import { Backoff } from './backoff';
import { Child, type ChildCommand } from './child';

/** How long a call waits for a process that is free. */
const WAIT_MS = 5_000;

export interface PoolOptions extends ChildCommand {
  /** Children at a time. */
  readonly size: number;
  /** How long one without calls is kept, unless it is the only one. */
  readonly idleMs: number;
  readonly log: Logger;
}

/** What is done with a child before it gets calls, and when its tools changed. */
export interface ChildCare {
  prepare(child: Child): Promise<void>;
  toolsChanged(child: Child): void;
}

/**
 * Children of one command. One runs always; another is started when a call finds all busy, up to the size of the pool,
 * and beyond that the calls share them. One that ends is started again, later each time.
 */
export class ChildPool implements Condition {
  private readonly ready = new Set<Child>();
  private readonly starts = new Set<Promise<void>>();
  private readonly waiting = new Set<(child: Child) => void>();
  private readonly closing = new AbortController();
  private readonly backoff: Backoff;
  private trouble = 'is being started';

  constructor(
    private readonly options: PoolOptions,
    private readonly care: ChildCare,
  ) {
    this.backoff = new Backoff(() => this.settle());
  }

  /** Starts the first child. */
  open(): void {
    this.settle();
  }

  /** Whether nothing that was known of the command's children need hold any more. */
  get isEmpty(): boolean {
    return this.ready.size === 0;
  }

  problem(): Promise<string | undefined> {
    const [command] = this.options.command;
    return Promise.resolve(this.isEmpty ? `command "${command}" ${this.trouble}` : undefined);
  }

  /** Does work with the child that is least busy. */
  async use<T>(signal: AbortSignal, work: (child: Child) => Promise<T>): Promise<T> {
    const child = await this.take(signal);
    try {
      return await work(child);
    } finally {
      child.calls--;
      this.settle();
      this.retireLater(child);
    }
  }

  /** Ends all children, what they are at or not. */
  async close(): Promise<void> {
    this.closing.abort();
    this.backoff.close();
    const children = [...this.ready];
    this.ready.clear();
    await Promise.all([...children.map((child) => child.close()), ...this.starts]);
  }

  private take(signal: AbortSignal): Promise<Child> {
    return new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', giveUp);
        this.waiting.delete(give);
      };
      const give = (child: Child) => {
        end();
        child.calls++;
        resolve(child);
      };
      const giveUp = () => {
        end();
        const least = this.leastBusy();
        if (least && !signal.aborted) give(least);
        else reject(new ToolError('tool_unavailable', `the command ${this.trouble}`));
      };
      const timer = setTimeout(giveUp, WAIT_MS);
      signal.addEventListener('abort', giveUp);
      this.waiting.add(give);
      this.settle();
    });
  }

  /** Hands out what is free, and starts what is missing. */
  private settle(): void {
    if (this.closing.signal.aborted) return;
    for (const give of this.waiting) {
      const least = this.leastBusy();
      // Whoever waits for a child that is being started waits; there is no more than one for each.
      if (!least || (least.calls > 0 && this.waiting.size <= this.starts.size + this.startable)) break;
      give(least);
    }
    const wanted = Math.max(this.waiting.size, this.isEmpty ? 1 : 0) - this.starts.size;
    for (let missing = Math.min(wanted, this.startable); missing > 0; missing--) this.start();
  }

  private leastBusy(): Child | undefined {
    const [first, ...others] = this.ready;
    return others.reduce((least, child) => (least && least.calls <= child.calls ? least : child), first);
  }

  /** How many more may be started now. */
  private get startable(): number {
    return this.backoff.isWaiting ? 0 : this.options.size - this.ready.size - this.starts.size;
  }

  private start(): void {
    // What a child says and does later is no part of the call that it was started for.
    const started = context
      .with(ROOT_CONTEXT, () => this.startOne())
      .finally(() => {
        this.starts.delete(started);
        this.settle();
      });
    this.starts.add(started);
  }

  private async startOne(): Promise<void> {
    const { log } = this.options;
    const { signal } = this.closing;
    const child = new Child(this.options, log);
    try {
      await endingWith(signal, (own) => child.start(own, () => this.care.toolsChanged(child)));
      await this.care.prepare(child);
      signal.throwIfAborted();
    } catch (error) {
      await child.close();
      if (signal.aborted) return;
      log.error({ err: error }, 'the command could not be started');
      this.failed(`could not be started: ${types.isNativeError(error) ? error.message : String(error)}`);
      return;
    }
    log.info({ pid: child.pid }, 'the command was started');
    const startedAt = performance.now();
    this.ready.add(child);
    void child.ended.then(() => this.lost(child, performance.now() - startedAt));
    this.retireLater(child);
  }

  private lost(child: Child, livedMs: number): void {
    clearTimeout(child.idle);
    // One that was told to end is not among them.
    if (!this.ready.delete(child)) return;
    this.options.log.error({ calls: child.calls }, 'the command ended by itself');
    this.backoff.lived(livedMs);
    this.failed('ended by itself');
    this.settle();
  }

  private failed(trouble: string): void {
    this.trouble = trouble;
    const delayMs = this.backoff.wait();
    this.options.log.warn(`the command is started again in ${Math.round(delayMs)} ms`);
  }

  private retireLater(child: Child): void {
    if (child.calls > 0 || !this.ready.has(child)) return;
    clearTimeout(child.idle);
    child.idle = setTimeout(() => {
      if (child.calls > 0 || this.ready.size < 2 || !this.ready.delete(child)) return;
      this.options.log.debug({ pid: child.pid }, 'a process of the command was idle, and is ended');
      void child.close();
    }, this.options.idleMs).unref();
  }
}

/** The SDK listens to the signal of a start and never lets go, so each start has one of its own. */
async function endingWith<T>(signal: AbortSignal, work: (own: AbortSignal) => Promise<T>): Promise<T> {
  const own = new AbortController();
  const abort = () => own.abort(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await work(own.signal);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
