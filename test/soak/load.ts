import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { answerTo, KINDS, MODEL_FAULTS, type Question } from './question';

/** What became of a question. */
export interface Outcome {
  readonly question: Question;
  readonly end: 'answered' | 'refused' | 'hung up' | 'wrong';
  /** An error code, or what was wrong. */
  readonly detail: string;
  /** Milliseconds on this process's clock. */
  readonly startedAt: number;
  readonly milliseconds: number;
  readonly traceId: string | undefined;
}

/** The same rate whatever happens: who waits for answers before asking on asks less of an agent in trouble. */
const PACE_MS = 25;
const MOST_AT_ONCE = 16;
const HANG_UP_MS = 50;

/** Asks at a steady pace until told to stop. */
export class Load {
  readonly outcomes: Outcome[] = [];
  private next = 0;
  private connections = new Agent();

  constructor(private readonly url: string) {}

  /** @param calm asks nothing that is to go wrong */
  async until(isOver: () => boolean, calm: boolean): Promise<readonly Outcome[]> {
    const first = this.outcomes.length;
    const asked = new Set<Promise<void>>();
    while (!isOver()) {
      await delay(PACE_MS);
      if (asked.size === MOST_AT_ONCE) continue;
      const one = this.ask(this.question(calm)).then((outcome) => {
        this.outcomes.push(outcome);
        asked.delete(one);
      });
      asked.add(one);
    }
    await Promise.all(asked);
    return this.outcomes.slice(first);
  }

  /** Closes all connections; the next question opens others. */
  async rest(): Promise<void> {
    const { connections } = this;
    this.connections = new Agent();
    await connections.destroy();
  }

  private question(calm: boolean): Question {
    const id = this.next++;
    const kind = KINDS[id % KINDS.length] ?? 'plain';
    const fault = !calm && Math.random() < 0.15 ? pick(MODEL_FAULTS) : undefined;
    const hangsUp = !calm && fault === undefined && Math.random() < 0.05;
    return { id, kind, fault, stream: id % 3 === 0, hangsUp };
  }

  private async ask(question: Question): Promise<Outcome> {
    const startedAt = performance.now();
    let traceId: string | undefined;
    const ended = (end: Outcome['end'], detail = ''): Outcome => {
      return { question, end, detail, startedAt, milliseconds: performance.now() - startedAt, traceId };
    };
    try {
      const reply = await request(`${this.url}/v1/chat/completions`, {
        method: 'POST',
        dispatcher: this.connections,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          stream: question.stream,
          messages: [{ role: 'user', content: JSON.stringify(question) }],
        }),
        ...(question.hangsUp ? { signal: AbortSignal.timeout(HANG_UP_MS) } : {}),
      });
      traceId = String(reply.headers.traceresponse).split('-')[1];
      return judge(question, reply.statusCode, await reply.body.text(), ended);
    } catch (error) {
      return question.hangsUp ? ended('hung up') : ended('wrong', String(error));
    }
  }
}

function judge(
  question: Question,
  status: number,
  said: string,
  ended: (end: Outcome['end'], detail?: string) => Outcome,
): Outcome {
  const events =
    question.stream && status === 200 ? said.split('\n\n').map((event) => event.slice(6)) : [said];
  const parsed = events.filter((event) => event.startsWith('{')).map((event) => JSON.parse(event));
  const code: unknown = parsed.at(-1)?.error?.code;
  if (typeof code === 'string') return ended('refused', code);
  const text = parsed
    .map(({ choices }) => choices?.[0]?.delta?.content ?? choices?.[0]?.message?.content ?? '')
    .join('');
  return text === answerTo(question) ? ended('answered') : ended('wrong', `${status} ${said.slice(0, 500)}`);
}

function pick<T>(all: readonly T[]): T | undefined {
  return all[Math.floor(Math.random() * all.length)];
}
