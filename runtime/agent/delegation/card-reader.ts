import { type z } from 'zod';
import { type HttpClient } from '../../process/http-client';
import { type Secret } from '../../process/secret';
import { untilAborted } from '../request-scope';

const CARD_TIMEOUT_MS = 2_000;
/** An agent may be rolled out with another card; its callers are not, and so they look again. */
const CARD_FRESH_MS = 30_000;
/** How long a request waits for a card that nobody has seen yet. */
const FIRST_SIGHT_MS = 500;
const LOOK_AGAIN_MS = 2_000;

/** Reads the card of another agent, and remembers it for half a minute. */
export class CardReader<Card> {
  private known: { readonly card: Card; readonly readAt: number } | undefined;
  private reading: Promise<Card> | undefined;
  private failure: { readonly error: unknown; readonly at: number } | undefined;

  constructor(
    private readonly options: {
      readonly url: string;
      readonly schema: z.ZodType<Card>;
      readonly apiKey?: Secret;
    },
    private readonly http: HttpClient,
  ) {}

  /** @throws whatever was wrong with the connection or with the card */
  async read(signal: AbortSignal): Promise<Card> {
    if (this.known && this.isFresh) return this.known.card;
    return this.fetch(signal);
  }

  /**
   * What the card says, or said when it could last be read. Only for the first sight of it is there a wait, and a
   * short one: an agent that is away is to cost those nothing who have no task for it.
   *
   * @throws why there is none
   */
  async recall(signal: AbortSignal): Promise<Card> {
    if (!this.isFresh && !this.failedJustNow) this.readInBackground();
    if (this.known) return this.known.card;
    if (this.failure) throw this.failure.error;
    const wait = AbortSignal.any([signal, AbortSignal.timeout(FIRST_SIGHT_MS)]);
    return untilAborted(this.reading as Promise<Card>, wait); // begun, as it neither is known nor failed
  }

  private get isFresh(): boolean {
    return this.known !== undefined && performance.now() - this.known.readAt < CARD_FRESH_MS;
  }

  private get failedJustNow(): boolean {
    return this.failure !== undefined && performance.now() - this.failure.at < LOOK_AGAIN_MS;
  }

  private readInBackground(): void {
    this.reading ??= this.fetch(AbortSignal.timeout(CARD_TIMEOUT_MS)).finally(() => {
      this.reading = undefined;
    });
    this.reading.catch((error: unknown) => {
      this.failure = { error, at: performance.now() };
    });
  }

  private async fetch(signal: AbortSignal): Promise<Card> {
    const { url, schema, apiKey } = this.options;
    const headers = (await apiKey?.asBearer()) ?? {};
    const options = { method: 'GET', headers, signal, timeoutMs: CARD_TIMEOUT_MS } as const;
    const reply = await this.http.request(url, options);
    const card = schema.parse(await reply.body.json());
    this.known = { card, readAt: performance.now() };
    this.failure = undefined;
    return card;
  }
}
