import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { activeSpanIds } from '../../telemetry/trace-context';
import { type EventType, type MemoryEvent } from './memory';

/** Of one event; a longer one is cut, because what a session may hold is counted in events. */
const MAX_CHARACTERS = 64 * 1024;

/** Takes down what happens during a request, in the order in which it happens. */
export class Recorder {
  private readonly taken: MemoryEvent[] = [];

  get events(): readonly MemoryEvent[] {
    return this.taken;
  }

  add(type: EventType, content: unknown): void {
    this.taken.push({
      event_id: `event_${randomUUID().slice(0, 8)}`,
      timestamp: new Date().toISOString(),
      event_type: type,
      content: bounded(content),
      metadata: activeSpanIds(),
    });
  }
}

function bounded(content: unknown): unknown {
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  if (text.length <= MAX_CHARACTERS) return content;
  // Of a message with an image, what was said about it is worth more than half of the image.
  const said = Array.isArray(content) ? textIn(content) : text;
  return said.length <= MAX_CHARACTERS ? said : `${said.slice(0, MAX_CHARACTERS)} …`;
}

function textIn(parts: readonly unknown[]): string {
  const texts = parts.map((part) => textPart.safeParse(part).data?.text);
  return texts.filter((text) => text !== undefined).join('\n');
}

const textPart = z.object({ text: z.string() });
