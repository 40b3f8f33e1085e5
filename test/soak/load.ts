import { Agent, request } from 'undici';
import { answerTo, KINDS, MODEL_FAULTS, type Question } from './question';

/** What became of a question. */
export interface Outcome {
  readonly question: Question;
  readonly end: 'answered' | 'refused' | 'hung up' | 'wrong';
  /** An error code, or what was wrong. */
  readonly detail: string;
  readonly milliseconds: number;
  readonly traceId: string | undefined;
}

const WORKERS = 8;
const HANG_UP_MS = 50;

/** Asks, several at a time, until told to stop. */
export class Load {
  readonly outcomes: Outcome[] = [];
  private next = 0;
  private readonly connections = new Agent();

  constructor(private readonly url: string) {}

  /** @param calm asks nothing that is to go wrong */
  async until(isOver: () => boolean, calm: boolean): Promise<readonly Outcome[]> {
    const first = this.outcomes.length;
    const work = async () => {
      while (!isOver()) this.outcomes.push(await this.ask(this.question(calm)));
    };
    await Promise.all(Array.from({ length: WORKERS }, work));
    return this.outcomes.slice(first);
  }

  close(): Promise<void> {
    return this.connections.destroy();
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
      return { question, end, detail, milliseconds: performance.now() - startedAt, traceId };
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
