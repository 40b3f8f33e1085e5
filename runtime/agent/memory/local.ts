import {
  type EventPage,
  type Memory,
  type MemoryEvent,
  type MemoryLimits,
  type SessionSummary,
} from './memory';

/** All sessions together: what a process of a few hundred megabytes can spare. */
const MAX_CHARACTERS = 32 * 1024 * 1024;

interface Session {
  updatedAt: number;
  /** As JSON, whose length is known. */
  events: readonly string[];
}

/** Keeps sessions in the process: they end with it, and each replica has its own. */
export class LocalMemory implements Memory {
  /** The one that was added to last is the last. */
  private readonly byId = new Map<string, Session>();
  private characters = 0;

  constructor(private readonly limits: MemoryLimits) {}

  add(id: string, events: readonly MemoryEvent[]): Promise<void> {
    this.forgetExpired();
    const known = this.byId.get(id)?.events ?? [];
    const added = events.map((event) => JSON.stringify(event));
    this.remove(id);
    const kept = [...known, ...added].slice(-this.limits.maxSessionEvents);
    this.byId.set(id, { updatedAt: Date.now(), events: kept });
    this.characters += length(kept);
    this.forgetOldest();
    return Promise.resolve();
  }

  events(id: string, limit: number): Promise<EventPage> {
    this.forgetExpired();
    const events = this.byId.get(id)?.events ?? [];
    const parsed = events.slice(-limit).map((event) => JSON.parse(event) as MemoryEvent);
    return Promise.resolve({ events: parsed, total: events.length });
  }

  sessions(): Promise<readonly SessionSummary[]> {
    this.forgetExpired();
    const all = [...this.byId].map(([id, { updatedAt, events }]) => ({
      id,
      updatedAt,
      total: events.length,
    }));
    return Promise.resolve(all.reverse());
  }

  delete(id: string): Promise<boolean> {
    this.forgetExpired();
    return Promise.resolve(this.remove(id));
  }

  problem(): Promise<string | undefined> {
    return Promise.resolve(undefined);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private forgetOldest(): void {
    for (const id of this.byId.keys()) {
      const isWithin = this.byId.size <= this.limits.maxSessions && this.characters <= MAX_CHARACTERS;
      if (isWithin) return;
      this.remove(id);
    }
  }

  private forgetExpired(): void {
    const { ttlSeconds } = this.limits;
    if (ttlSeconds === undefined) return;
    for (const [id, { updatedAt }] of this.byId) {
      if (Date.now() - updatedAt < ttlSeconds * 1000) return;
      this.remove(id);
    }
  }

  private remove(id: string): boolean {
    this.characters -= length(this.byId.get(id)?.events ?? []);
    return this.byId.delete(id);
  }
}

function length(events: readonly string[]): number {
  return events.reduce((sum, event) => sum + event.length, 0);
}
