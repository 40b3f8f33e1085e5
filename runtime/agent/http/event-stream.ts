import { type FastifyReply } from 'fastify';
import { type ServerResponse } from 'node:http';
import { MAX_TIMEOUT_MS } from '../../contract/env-reader';
import { untilAborted } from '../request-scope';

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  // nginx would hold events back until it has a buffer full.
  'x-accel-buffering': 'no',
} as const;

/** Heartbeats after which a client that took nothing has gone, whatever its connection says. */
const MISSED_HEARTBEATS = 4;

/**
 * A reply of server-sent events. It begins with the first that is sent, so that until then it can still be refused
 * with a status; when there is nothing to send for a while, a comment shows that it lives.
 */
export class EventStream {
  private readonly heartbeat: NodeJS.Timeout;
  private begun = false;

  constructor(
    private readonly reply: FastifyReply,
    private readonly options: {
      /** What the reply begins with, whatever comes. */
      readonly first?: unknown;
      readonly heartbeatMs: number;
      /** Aborted when nobody waits for more. */
      readonly signal: AbortSignal;
    },
  ) {
    this.heartbeat = setInterval(() => this.beat(), options.heartbeatMs);
    reply.raw.once('close', () => clearInterval(this.heartbeat));
  }

  get hasBegun(): boolean {
    return this.begun;
  }

  /** Sends an event, and waits while the other side takes its time to read. */
  async send(data: unknown): Promise<void> {
    this.options.signal.throwIfAborted();
    const { raw } = this;
    this.heartbeat.refresh();
    if (raw.write(eventOf(JSON.stringify(data)))) return;
    await untilAborted(new Promise<void>((resolve) => raw.once('drain', resolve)), this.options.signal);
  }

  /** Sends what is left to say, whoever still waits for it, and ends the reply. */
  end(last?: string): void {
    this.stop();
    this.raw.end(last === undefined ? undefined : eventOf(last));
  }

  /** Sends no more; a reply that has not begun is for somebody else to give. */
  stop(): void {
    clearInterval(this.heartbeat);
  }

  private beat(): void {
    // Whoever does not read what there is has no use for more.
    if (!this.reply.raw.writableNeedDrain) this.raw.write(': still here\n\n');
  }

  private get raw(): ServerResponse {
    const { raw } = this.reply;
    const { first, heartbeatMs } = this.options;
    if (!this.begun) {
      this.begun = true;
      this.reply.hijack();
      for (const [name, value] of Object.entries(this.reply.getHeaders()))
        if (value !== undefined) raw.setHeader(name, value);
      // Each tool call that runs may wait for the client.
      raw.setMaxListeners(0);
      raw.setTimeout(Math.min(MISSED_HEARTBEATS * heartbeatMs, MAX_TIMEOUT_MS));
      raw.writeHead(200, HEADERS);
      if (first !== undefined) raw.write(eventOf(JSON.stringify(first)));
    }
    return raw;
  }
}

function eventOf(data: string): string {
  return `data: ${data}\n\n`;
}
