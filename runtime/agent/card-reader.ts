import { type z } from 'zod';
import { type HttpClient } from '../process/http-client';
import { type Secret } from '../process/secret';

const CARD_TIMEOUT_MS = 2_000;
/** An agent may be rolled out with another card; its callers are not, and so they look again. */
const CARD_FRESH_MS = 30_000;

/** Reads the card of another agent, and remembers it for half a minute. */
export class CardReader<Card> {
  private known: { readonly card: Card; readonly readAt: number } | undefined;

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
    if (this.known && performance.now() - this.known.readAt < CARD_FRESH_MS) return this.known.card;
    const { url, schema, apiKey } = this.options;
    const headers = (await apiKey?.asBearer()) ?? {};
    const options = { method: 'GET', headers, signal, timeoutMs: CARD_TIMEOUT_MS } as const;
    const reply = await this.http.request(url, options);
    const card = schema.parse(await reply.body.json());
    this.known = { card, readAt: performance.now() };
    return card;
  }

  /** What the card says, or said when it could last be read. */
  async recall(signal: AbortSignal): Promise<Card | undefined> {
    try {
      return await this.read(signal);
    } catch {
      return this.known?.card;
    }
  }
}
