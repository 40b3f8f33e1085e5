import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { answerTo, FIRST_WORDS, type HangUp, KINDS, MODEL_FAULTS, type Question } from './question';

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
/** Who hangs up does so within it, at any time. */
const HANG_UP_MS: Readonly<Record<HangUp, number>> = { silence: 150, words: 50, call: 300 };
/** Where the first words do not come. */
const PATIENCE_MS = 700;

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
    const stream = id % 3 === 0;
    const fault = !calm && Math.random() < 0.15 ? pick(MODEL_FAULTS) : undefined;
    const hangsUp = !calm && fault === undefined && Math.random() < 0.1 ? hangUp(kind, stream) : undefined;
    return { id, kind, fault, isLate: Math.random() < 0.5, stream, hangsUp };
  }

  private async ask(question: Question): Promise<Outcome> {
    const startedAt = performance.now();
    let traceId: string | undefined;
    const ended = (end: Outcome['end'], detail = ''): Outcome => {
      return { question, end, detail, startedAt, milliseconds: performance.now() - startedAt, traceId };
    };
    const { hangsUp, stream } = question;
    const gone = new AbortController();
    if (hangsUp) leave(gone, hangsUp === 'words' ? PATIENCE_MS : Math.random() * HANG_UP_MS[hangsUp]);
    try {
      const reply = await request(`${this.url}/v1/chat/completions`, {
        method: 'POST',
        dispatcher: this.connections,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ stream, messages: [{ role: 'user', content: JSON.stringify(question) }] }),
        signal: gone.signal,
      });
      traceId = String(reply.headers.traceresponse).split('-')[1];
      let said = '';
      for await (const piece of reply.body.setEncoding('utf8')) {
        said += piece;
        if (hangsUp === 'words' && said.includes(FIRST_WORDS)) leave(gone, Math.random() * HANG_UP_MS.words);
      }
      return judge(question, reply.statusCode, said, ended);
    } catch (error) {
      return hangsUp ? ended('hung up', hangsUp) : ended('wrong', String(error));
    }
  }
}

function leave(gone: AbortController, afterMs: number): void {
  setTimeout(() => gone.abort(), afterMs).unref();
}

function hangUp(kind: Question['kind'], stream: boolean): HangUp | undefined {
  return pick([
    'silence' as const,
    ...(stream ? ['words' as const, 'words' as const] : []),
    ...(kind === 'plain' ? [] : ['call' as const, 'call' as const]),
  ]);
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
