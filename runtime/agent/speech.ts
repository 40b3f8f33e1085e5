import { type LoopListener } from './listener';

/** Between what the model says in one turn and in the next. */
const BETWEEN_TURNS = '\n\n';

/**
 * What the agent says in one request, the same whether it is streamed or not: the texts of all turns, those before
 * tool calls too, because text that was streamed cannot be taken back when the tool calls come.
 */
export class Speech {
  private said = '';
  private turn = '';

  constructor(
    private readonly listener: LoopListener,
    /** Says no more than the answer, and that in one piece: JSON with a preface is no JSON. */
    private readonly answerOnly: boolean,
  ) {}

  get text(): string {
    return this.said;
  }

  /** Passes a piece of the current turn on; undefined when nobody listens, so that the model need not stream. */
  get onText(): ((piece: string) => Promise<void>) | undefined {
    if (!this.listener.text) return undefined;
    return async (piece) => {
      if (!this.answerOnly) await this.say(piece);
    };
  }

  /** @param text all that the model said in the turn, of which a part, or all, may have been passed on */
  async endTurn(text: string, isAnswer: boolean): Promise<void> {
    if (isAnswer || !this.answerOnly) await this.say(text.slice(this.turn.length));
    this.turn = '';
  }

  private async say(piece: string): Promise<void> {
    if (piece === '') return;
    const whole = this.turn === '' && this.said !== '' ? BETWEEN_TURNS + piece : piece;
    this.turn += piece;
    this.said += whole;
    await this.listener.text?.(whole);
  }
}
