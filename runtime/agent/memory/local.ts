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
  /** What waits for the next message. */
  suspended: string;
}

/** Keeps sessions in the process: they end with it, and each replica has its own. */
export class LocalMemory implements Memory {
  /** The one that was added to last is the last. */
  private readonly byId = new Map<string, Session>();
  private characters = 0;

  constructor(private readonly limits: MemoryLimits) {}

  add(id: string, events: readonly MemoryEvent[]): Promise<void> {
    this.forgetExpired();
    const { events: known = [], suspended = '' } = this.byId.get(id) ?? {};
    const added = events.map((event) => JSON.stringify(event));
    this.put(id, [...known, ...added].slice(-this.limits.maxSessionEvents), suspended);
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

  suspend(id: string, state: string): Promise<void> {
    this.forgetExpired();
    this.put(id, this.byId.get(id)?.events ?? [], state);
    return Promise.resolve();
  }

  resume(id: string): Promise<string | undefined> {
    this.forgetExpired();
    const session = this.byId.get(id);
    if (!session || session.suspended === '') return Promise.resolve(undefined);
    const { suspended } = session;
    this.characters -= suspended.length;
    session.suspended = '';
    return Promise.resolve(suspended);
  }

  problem(): Promise<string | undefined> {
    return Promise.resolve(undefined);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private put(id: string, events: readonly string[], suspended: string): void {
    this.remove(id);
    const session = { updatedAt: Date.now(), events, suspended };
    this.byId.set(id, session);
    this.characters += length(session);
    this.forgetOldest();
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
    const session = this.byId.get(id);
    if (session) this.characters -= length(session);
    return this.byId.delete(id);
  }
}

function length({ events, suspended }: Session): number {
  return events.reduce((sum, event) => sum + event.length, suspended.length);
}
