import { randomUUID } from 'node:crypto';
import { type Logger } from 'pino';
import { NotFoundError } from '../../process/errors';
import { type ChatMessage, type MessageContent } from '../model/chat';
import { type EventPage, type Memory, type MemoryEvent } from './memory';

/** What an agent does with its memory. */
export class Sessions {
  constructor(
    private readonly memory: Memory,
    private readonly options: {
      /** Messages that are recalled, at most. */
      readonly contextLimit: number;
      /** Whether a request fails when its session cannot be recalled or kept. */
      readonly required: boolean;
    },
    private readonly log: Logger,
  ) {}

  static newId(): string {
    return `session_${randomUUID().replaceAll('-', '')}`;
  }

  /**
   * The last messages of a session, beginning with a user's. Memory that is away is logged and taken for empty, unless
   * it is required: an answer without what was said before is worth more than none.
   *
   * @throws UnavailableError when memory is required, and away
   */
  async recall(session: string): Promise<readonly ChatMessage[]> {
    if (this.options.contextLimit === 0) return [];
    try {
      const messages = await this.lastMessages(session);
      const start = messages.findIndex(({ role }) => role === 'user');
      return start < 0 ? [] : messages.slice(start);
    } catch (error) {
      const outcome = this.options.required ? '' : '; answering without';
      this.log.error({ err: error }, `the session could not be recalled${outcome}`);
      if (this.options.required) throw error;
      return [];
    }
  }

  /**
   * What cannot be kept is logged and lost, unless memory is required: the answer is there, and is given.
   *
   * @throws UnavailableError when memory is required, and away
   */
  async keep(session: string, events: readonly MemoryEvent[]): Promise<void> {
    try {
      await this.memory.add(session, events);
    } catch (error) {
      this.log.error({ err: error }, 'the session could not be kept');
      if (this.options.required) throw error;
    }
  }

  /** @throws UnavailableError when it cannot be kept: what waits must not be forgotten */
  suspend(session: string, state: string): Promise<void> {
    return this.memory.suspend(session, state);
  }

  /**
   * What waits for the session's next message; it waits no more.
   *
   * @param expected whether it is an error when memory is away; it is one anyway where memory is required
   */
  async resume(session: string, expected: boolean): Promise<string | undefined> {
    try {
      return await this.memory.resume(session);
    } catch (error) {
      if (this.options.required || expected) throw error;
      this.log.error({ err: error }, 'the session could not be resumed');
      return undefined;
    }
  }

  /** The last events of a session, or of all together. */
  async events(session: string | undefined, limit: number): Promise<EventPage> {
    if (session !== undefined) return this.memory.events(session, limit);
    const sessions = await this.memory.sessions();
    let events: readonly MemoryEvent[] = [];
    for (const { id, updatedAt } of sessions) {
      // What follows is older than all that was found.
      if (events.length === limit && updatedAt < Date.parse(events[0]?.timestamp ?? '')) break;
      const { events: found } = await this.memory.events(id, limit);
      events = [...events, ...found].sort(byTime).slice(-limit);
    }
    return { events, total: sessions.reduce((sum, { total }) => sum + total, 0) };
  }

  async ids(): Promise<readonly string[]> {
    return (await this.memory.sessions()).map(({ id }) => id);
  }

  /** @throws NotFoundError when there is none */
  async delete(session: string): Promise<void> {
    if (!(await this.memory.delete(session))) throw new NotFoundError('there is no session of that id');
  }

  /** Tool calls stand between messages, so how far back to look is found by looking. */
  private async lastMessages(session: string): Promise<ChatMessage[]> {
    for (let size = this.options.contextLimit * 4; ; size *= 4) {
      const { events, total } = await this.memory.events(session, size);
      const messages = events.flatMap(messageOf);
      if (messages.length >= this.options.contextLimit || size >= total)
        return messages.slice(-this.options.contextLimit);
    }
  }
}

function messageOf({ event_type, content }: MemoryEvent): ChatMessage[] {
  switch (event_type) {
    case 'user_message':
    case 'task_delegation_received':
      return [{ role: 'user', content: content as MessageContent }]; // `Recorder` was given it as that
    case 'agent_response':
      return [{ role: 'assistant', content: content as MessageContent }];
    default:
      return [];
  }
}

function byTime(a: MemoryEvent, b: MemoryEvent): number {
  return a.timestamp < b.timestamp ? -1 : Number(a.timestamp > b.timestamp);
}
