import { type FastifyReply } from 'fastify';
import { type ErrorReply } from '../../process/http-errors';
import { BEFORE_NOTICE, type CompletionHead, usageCounts } from './chat-completion';
import { EventStream } from './event-stream';
import { type CallProgress, type LoopListener } from '../listener';
import { type LoopResult } from '../loop';

/** What ends a reply that is complete; one that failed has none. */
const END = '[DONE]';

/**
 * A chat completion, streamed in the format of OpenAI. What tools and sub-agents are about is told in chunks with an
 * empty delta and one more field, `kaos`, which clients that do not know it pass over; arguments and results are not.
 */
export class ChatStream implements LoopListener {
  private readonly events: EventStream;

  constructor(
    reply: FastifyReply,
    private readonly options: {
      readonly head: CompletionHead;
      readonly includeUsage: boolean;
      readonly heartbeatMs: number;
      readonly signal: AbortSignal;
    },
  ) {
    const first = this.chunk({ role: 'assistant', content: '' });
    this.events = new EventStream(reply, { ...options, first });
  }

  /** Whether it is too late for another reply. */
  get hasBegun(): boolean {
    return this.events.hasBegun;
  }

  text(piece: string): Promise<void> {
    return this.events.send(this.chunk({ content: piece }));
  }

  reasoning(piece: string): Promise<void> {
    return this.events.send(this.chunk({ reasoning_content: piece }));
  }

  progress({ kind, id, name, state }: CallProgress): Promise<void> {
    const type = kind === 'tool' ? 'tool_call' : 'delegation';
    return this.events.send({ ...this.chunk({}), kaos: { type, id, name, state } });
  }

  async answered(result: LoopResult): Promise<void> {
    const { content, refusal, toolCalls, finishReason, usage, approval, notice } = result;
    if (refusal !== null) await this.events.send(this.chunk({ refusal }));
    if (notice !== undefined) await this.text((content === null ? '' : BEFORE_NOTICE) + notice);
    for (const [index, call] of toolCalls.entries())
      await this.events.send(this.chunk({ tool_calls: [{ index, ...call }] }));
    const kaos = approval ? { kaos: approval } : {};
    await this.events.send({ ...this.chunk({}, finishReason), ...kaos });
    if (this.options.includeUsage)
      await this.events.send({ ...this.chunk({}), choices: [], usage: usageCounts(usage) });
    this.events.end(END);
  }

  fail(body: ErrorReply['body']): void {
    this.events.end(JSON.stringify(body));
  }

  /** Leaves the reply to somebody else. */
  stop(): void {
    this.events.stop();
  }

  private chunk(delta: object, finishReason: string | null = null) {
    const {
      head: { id, ...head },
      includeUsage,
    } = this.options;
    return {
      id,
      object: 'chat.completion.chunk',
      ...head,
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }],
      ...(includeUsage ? { usage: null } : {}),
    };
  }
}
