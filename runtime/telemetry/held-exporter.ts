import { diag } from '@opentelemetry/api';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { setTimeout as delay } from 'node:timers/promises';

/** What the SDK hands batches of one signal to. */
export interface Exporter<Item> {
  export(items: Item[], done: (result: ExportResult) => void): void;
  forceFlush?(): Promise<void>;
  shutdown(): Promise<void>;
}

export interface HoldOptions<Item> {
  /** What the items are called in the log. */
  readonly what: string;
  /** Where the items go; asked for again after each failure, with how many were before. */
  readonly connect: (failures: number) => Exporter<Item>;
  /** How much is held, in the unit that `weigh` counts in. */
  readonly limit: number;
  readonly weigh: (item: Item) => number;
  /** Is told of each loss, with how many items it was. */
  readonly onDrop: (count: number) => void;
}

interface Batch<Item> {
  readonly items: Item[];
  readonly weight: number;
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 10_000;
/** Share of a pause by which it is longer or shorter, so that processes do not all come back at once. */
const JITTER = 0.2;

/**
 * Holds what the collector does not take, in order, and sends it once the collector is back: OpenTelemetry's gRPC
 * exporter gives a batch up when it fails once, which in an outage is each of them. What is held is bounded, the
 * oldest gives way, and what was lost is counted. A batch whose answer was lost is sent again: collectors may see
 * items twice.
 */
export class HeldExporter<Item> implements Exporter<Item> {
  private readonly waiting: Batch<Item>[] = [];
  private inFlight: Batch<Item> | undefined;
  private weight = 0;
  private exporter: Exporter<Item> | undefined;
  private sending: Promise<void> | undefined;
  private failures = 0;
  private isAway = false;
  /** Why it is. */
  private reason: string | undefined;
  /** Lost since that was last said. */
  private unsaid = 0;
  private readonly closing = new AbortController();

  constructor(private readonly options: HoldOptions<Item>) {}

  export(items: Item[], done: (result: ExportResult) => void): void {
    const weight = items.reduce((sum, item) => sum + this.options.weigh(item), 0);
    this.waiting.push({ items, weight });
    this.weight += weight;
    this.dropOldest();
    this.sending ??= this.sendAll().finally(() => (this.sending = undefined));
    done({ code: ExportResultCode.SUCCESS });
  }

  /** Nothing to hasten: what waits goes as soon as the collector takes it. */
  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  /** Sends what is left; a collector that is still away is tried once more and not waited for. */
  async shutdown(): Promise<void> {
    this.closing.abort();
    await this.sending;
    await this.exporter?.shutdown();
  }

  /** Counts all that is not sent as lost. Nothing more is sent. */
  giveUp(): void {
    if (this.inFlight) this.drop(this.inFlight);
    this.inFlight = undefined;
    for (const batch of this.waiting.splice(0)) this.drop(batch);
    this.tellLoss();
  }

  private async sendAll(): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    while ((this.inFlight = this.waiting.shift())) {
      const batch = this.inFlight;
      const outcome = await this.attempt(batch.items);
      this.inFlight = undefined;
      if (outcome === 'sent') this.weight -= batch.weight;
      if (outcome === 'refused') this.drop(batch);
      if (outcome !== 'failed') {
        pauseMs = FIRST_PAUSE_MS;
        continue;
      }
      this.waiting.unshift(batch);
      this.dropOldest();
      if (this.closing.signal.aborted) return;
      await this.pause(pauseMs);
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
  }

  private async attempt(items: Item[]): Promise<'sent' | 'refused' | 'failed'> {
    const { code, error } = await this.exported(items);
    if (code === ExportResultCode.SUCCESS) {
      if (this.isAway) this.tellLoss();
      this.isAway = false;
      this.reason = undefined;
      return 'sent';
    }
    const { what } = this.options;
    const reason = error?.message ?? 'no reason given';
    if (isRefusal(error)) {
      diag.warn(`${what} were refused: ${reason}`);
      return 'refused';
    }
    // At the end nothing is held any more: what is lost is told then.
    if (!this.isAway && !this.closing.signal.aborted)
      diag.warn(`${what} are held until the collector takes them: ${reason}`);
    this.isAway = true;
    this.reason = reason;
    this.failures += 1;
    const failed = this.exporter;
    this.exporter = undefined;
    await failed?.shutdown();
    return 'failed';
  }

  private async exported(items: Item[]): Promise<ExportResult> {
    try {
      const exporter = (this.exporter ??= this.options.connect(this.failures));
      return await new Promise<ExportResult>((resolve) => exporter.export(items, resolve));
    } catch (error) {
      // What cannot be encoded, or sent where it is to go, will not be any better the next time.
      const refused = Object.assign(new Error(String(error)), { code: INTERNAL });
      return { code: ExportResultCode.FAILED, error: refused };
    }
  }

  private dropOldest(): void {
    while (this.weight > this.options.limit) {
      const oldest = this.waiting.shift();
      if (!oldest) return;
      if (this.unsaid === 0) diag.warn(`more ${this.options.what} than can be held: the oldest are dropped`);
      this.drop(oldest);
    }
  }

  private drop({ items, weight }: Batch<Item>): void {
    this.weight -= weight;
    this.unsaid += items.length;
    this.options.onDrop(items.length);
  }

  private tellLoss(): void {
    const why = this.reason === undefined ? '' : `: ${this.reason}`;
    if (this.unsaid > 0) diag.warn(`${this.unsaid} ${this.options.what} could not be sent${why}`);
    this.unsaid = 0;
  }

  private async pause(milliseconds: number): Promise<void> {
    const jittered = milliseconds * (1 - JITTER + Math.random() * 2 * JITTER);
    // Shutdown ends it early.
    await delay(jittered, undefined, { ref: false, signal: this.closing.signal }).catch(() => undefined);
  }
}

const INTERNAL = 13;
/** gRPC's CANCELLED, DEADLINE_EXCEEDED, ABORTED, OUT_OF_RANGE, UNAVAILABLE and DATA_LOSS, as OTLP lists them. */
const REPEATABLE: ReadonlySet<number> = new Set([1, 4, 10, 11, 14, 15]);

/**
 * Whether the collector said that it will never take the batch. Failures without an answer carry a word as code or
 * none, and so do those HTTP answers that the exporter has already repeated.
 * @see https://opentelemetry.io/docs/specs/otlp/#failures
 */
function isRefusal(error: (Error & { readonly code?: unknown }) | undefined): boolean {
  return typeof error?.code === 'number' && !REPEATABLE.has(error.code);
}
