import { type EventPage, type Memory, type SessionSummary } from './memory';

/** Keeps nothing. */
export class NoMemory implements Memory {
  add(): Promise<void> {
    return Promise.resolve();
  }

  events(): Promise<EventPage> {
    return Promise.resolve({ events: [], total: 0 });
  }

  sessions(): Promise<readonly SessionSummary[]> {
    return Promise.resolve([]);
  }

  delete(): Promise<boolean> {
    return Promise.resolve(false);
  }

  suspend(): Promise<void> {
    return Promise.resolve();
  }

  resume(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  problem(): Promise<string | undefined> {
    return Promise.resolve(undefined);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
