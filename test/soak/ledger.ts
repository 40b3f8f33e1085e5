import { readFileSync } from 'node:fs';
import { type Question } from './question';

/** What was done for which question, by whom. */
export interface Done {
  readonly what: 'tool run' | 'task taken on' | 'model call';
  readonly id: number;
}

/** Takes down what is done, and finds what was done again. */
export class Ledger {
  private readonly tasks: number[] = [];
  private readonly calls = new Map<string, number>();
  private readonly answered = new Set<string>();
  private readonly askedAgain: number[] = [];

  /** @param file holds a line for each tool run: what is written there outlives the server that dies of it */
  constructor(private readonly file: string) {}

  /** Another agent's model was asked for it. */
  takeTask(id: number): void {
    this.tasks.push(id);
  }

  /**
   * The model was asked, and is told how often so far. To ask again is right where it gave no answer.
   *
   * @param step how much it knows already
   */
  ask({ id }: Question, step: number): number {
    const key = `${id}/${step}`;
    if (this.answered.has(key)) this.askedAgain.push(id);
    const call = (this.calls.get(key) ?? 0) + 1;
    this.calls.set(key, call);
    return call;
  }

  /** The model gives an answer, or at least its beginning. */
  answer({ id }: Question, step: number): void {
    this.answered.add(`${id}/${step}`);
  }

  get counts(): { readonly toolRuns: number; readonly tasks: number; readonly modelAnswers: number } {
    return { toolRuns: this.toolRuns.length, tasks: this.tasks.length, modelAnswers: this.answered.size };
  }

  get twice(): readonly Done[] {
    return [
      ...repeated(this.toolRuns).map((id) => ({ what: 'tool run', id }) as const),
      ...repeated(this.tasks).map((id) => ({ what: 'task taken on', id }) as const),
      ...this.askedAgain.map((id) => ({ what: 'model call', id }) as const),
    ];
  }

  private get toolRuns(): readonly number[] {
    return readFileSync(this.file, 'utf8').split('\n').filter(Boolean).map(Number);
  }
}

function repeated(ids: readonly number[]): number[] {
  return ids.filter((id, index) => ids.indexOf(id) !== index);
}
