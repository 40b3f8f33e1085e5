/** Types of what is remembered, in the words of KAOS; `tool_error` and the approvals are ours. */
export type EventType =
  | 'user_message'
  | 'task_delegation_received'
  | 'tool_call'
  | 'tool_result'
  | 'tool_error'
  | 'delegation_request'
  | 'delegation_response'
  | 'delegation_error'
  | 'approval_requested'
  | 'approval_given'
  | 'approval_denied'
  | 'agent_response'
  | 'error';

/** Something that happened in a session, as it is kept and shown. */
export interface MemoryEvent {
  readonly event_id: string;
  /** ISO 8601, UTC. */
  readonly timestamp: string;
  readonly event_type: EventType;
  /** Text, or an object with what belongs together. */
  readonly content: unknown;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface SessionSummary {
  readonly id: string;
  /** When something was last added, in milliseconds since 1970. */
  readonly updatedAt: number;
  readonly total: number;
}

/** Events, oldest first, and how many there are beside those that were asked for. */
export interface EventPage {
  readonly events: readonly MemoryEvent[];
  readonly total: number;
}

/** What an agent keeps of its sessions: so many of them, so many events of each, the newest. */
export interface Memory {
  /** A session begins with what is first added to it. */
  add(session: string, events: readonly MemoryEvent[]): Promise<void>;
  /** The last events of a session; none of one that is not known. */
  events(session: string, limit: number): Promise<EventPage>;
  /** All sessions, the one that was added to last first. */
  sessions(): Promise<readonly SessionSummary[]>;
  /** @returns whether there was one */
  delete(session: string): Promise<boolean>;
  /** Keeps the state of work that waits for the session's next message, in place of what was kept before. */
  suspend(session: string, state: string): Promise<void>;
  /** Takes that state out again: of several that ask at once, one gets it. */
  resume(session: string): Promise<string | undefined>;
  /** Why it cannot be used now, if it cannot. */
  problem(): Promise<string | undefined>;
  close(): Promise<void>;
}

/** How much is kept. */
export interface MemoryLimits {
  readonly maxSessions: number;
  readonly maxSessionEvents: number;
  /** A session is forgotten when nothing was added to it for so long. */
  readonly ttlSeconds: number | undefined;
}
