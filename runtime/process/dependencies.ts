import { type Logger } from 'pino';
import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { type HttpClient } from './http-client';
import { isAlive } from './liveness';

/** Something a process needs, and where it says that it lives. */
export interface Dependency {
  readonly name: string;
  readonly livenessUrl: string;
}

const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 2_000;

/**
 * Tries each dependency in the background until it was reached once. From then on it counts as reached: were
 * readiness to follow every outage, one outage would take down all who lean on it.
 */
export class Dependencies {
  /** By name, with why it was not reached. */
  private readonly waiting: Map<string, string>;
  private readonly closing = new AbortController();

  constructor(
    private readonly dependencies: readonly Dependency[],
    private readonly http: HttpClient,
    private readonly log: Logger,
  ) {
    this.waiting = new Map(dependencies.map(({ name }) => [name, 'not tried yet']));
    // Each dependency listens; the ten that Node takes for normal may be too few.
    setMaxListeners(0, this.closing.signal);
  }

  /** Starts trying. Settles when all were reached, or on `close`. */
  async reachAll(): Promise<void> {
    await Promise.all(this.dependencies.map((dependency) => this.reach(dependency)));
  }

  get ready(): boolean {
    return this.waiting.size === 0;
  }

  /** Each dependency by name: `reached`, or `waiting`. */
  get states(): Record<string, 'reached' | 'waiting'> {
    return Object.fromEntries(
      this.dependencies.map(({ name }) => [name, this.waiting.has(name) ? 'waiting' : 'reached']),
    );
  }

  /** What it waits for, and why each was not reached, in words that everybody may read. */
  get problems(): string[] {
    return [...this.waiting].map(([name, why]) => `waiting for ${name}: ${why}`);
  }

  close(): Promise<void> {
    this.closing.abort();
    return Promise.resolve();
  }

  private async reach({ name, livenessUrl }: Dependency): Promise<void> {
    for (
      let retryMs = FIRST_RETRY_MS;
      !this.closing.signal.aborted;
      retryMs = Math.min(retryMs * 2, LAST_RETRY_MS)
    ) {
      const problem = await this.problemOf(livenessUrl);
      if (this.closing.signal.aborted) return;
      if (problem === undefined) {
        this.waiting.delete(name);
        this.log.debug(`reached ${name}`);
        return;
      }
      this.waiting.set(name, problem);
      if (retryMs === LAST_RETRY_MS) this.log.warn(`still waiting for ${name}: ${problem}`);
      await delay(retryMs, undefined, { signal: this.closing.signal }).catch(() => undefined);
    }
  }

  private async problemOf(url: string): Promise<string | undefined> {
    try {
      return (await isAlive(this.http, url, this.closing.signal)) ? undefined : 'it answers with an error';
    } catch (error) {
      // What the error says itself may name addresses.
      return PROBLEMS[(error as { code?: string }).code ?? ''] ?? 'it cannot be reached';
    }
  }
}

const PROBLEMS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there',
  ENOTFOUND: 'its name is not known',
  EAI_AGAIN: 'its name is not known',
  ETIMEDOUT: 'it does not answer',
  UND_ERR_CONNECT_TIMEOUT: 'it does not answer',
  UND_ERR_HEADERS_TIMEOUT: 'it does not answer',
};
