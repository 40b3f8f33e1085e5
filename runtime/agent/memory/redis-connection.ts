import { Redis } from 'ioredis';
import { setTimeout as delay } from 'node:timers/promises';
import { type Logger } from 'pino';
import { UnavailableError } from '../../process/errors';
import { type Secret, SecretError } from '../../process/secret';

const COMMAND_TIMEOUT_MS = 1_000;
const CONNECT_TIMEOUT_MS = 2_000;
const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 2_000;

/** A connection to Redis that is made anew whenever it is lost. While Redis is away every use fails at once. */
export class RedisConnection {
  private readonly redis: Redis;
  private readonly closing = new AbortController();
  private failure: Error | undefined = new Error('not connected yet');

  constructor(
    private readonly options: { readonly url: string; readonly password: Secret },
    private readonly log: Logger,
  ) {
    this.redis = new Redis(options.url, {
      lazyConnect: true,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      commandTimeout: COMMAND_TIMEOUT_MS,
      connectTimeout: CONNECT_TIMEOUT_MS,
      // The password may be another by then, so `stayConnected` does it.
      retryStrategy: null,
    });
    this.redis.on('error', (error: Error) => {
      this.failure = error;
    });
  }

  /** Connects, and connects again whenever the connection is lost. Settles on `close`. */
  async stayConnected(): Promise<void> {
    for (let retryMs = FIRST_RETRY_MS; !this.closing.signal.aborted;) {
      if (await this.connect()) {
        retryMs = FIRST_RETRY_MS;
        await this.disconnected();
        if (!this.closing.signal.aborted)
          this.log.error({ err: this.failure }, 'lost the connection to Redis');
      }
      await delay(retryMs, undefined, { signal: this.closing.signal }).catch(() => undefined);
      retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
    }
  }

  /** @throws UnavailableError when Redis cannot be used */
  async use<T>(work: (redis: Redis) => Promise<T>): Promise<T> {
    try {
      return await work(this.redis);
    } catch (error) {
      const cause = this.redis.status === 'ready' ? error : (this.failure ?? error);
      throw new UnavailableError('memory_unavailable', 'the memory of the agent cannot be used', { cause });
    }
  }

  /**
   * Hears what is published on a channel, over a connection of its own, which is to be closed. What is published while
   * it is lost is not heard.
   */
  listen(channel: string, heard: (message: string) => void): RedisConnection {
    // Whatever befalls it befalls this one too, which says so.
    const other = new RedisConnection(this.options, this.log.child({}, { level: 'silent' }));
    other.redis.on('ready', () => void other.redis.subscribe(channel).catch(() => undefined));
    other.redis.on('message', (_channel, message: string) => heard(message));
    void other.stayConnected();
    return other;
  }

  async problem(): Promise<string | undefined> {
    try {
      await this.use((redis) => redis.ping());
      return undefined;
    } catch {
      // What else Redis says may name addresses, and whoever asks for readiness shows no key.
      return this.failure instanceof SecretError ? this.failure.message : 'Redis cannot be reached';
    }
  }

  close(): Promise<void> {
    this.closing.abort();
    this.redis.disconnect();
    return Promise.resolve();
  }

  private disconnected(): Promise<void> {
    if (this.redis.status === 'end') return Promise.resolve();
    return new Promise((resolve) => this.redis.once('end', () => resolve()));
  }

  private async connect(): Promise<boolean> {
    const before = this.failure;
    try {
      const password = await this.options.password.read();
      if (password !== undefined) this.redis.options.password = password;
      await this.redis.connect();
      this.failure = undefined;
      this.log.info('connected to Redis');
      return true;
    } catch (error) {
      // What `connect` rejects with is seldom why; the event before it said that.
      if (error instanceof SecretError || this.failure === undefined) this.failure = error as Error;
      const isNews = this.failure?.message !== before?.message && !this.closing.signal.aborted;
      if (isNews) this.log.error({ err: this.failure }, 'Redis cannot be used; sessions are not remembered');
      return false;
    }
  }
}
