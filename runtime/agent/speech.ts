import { type LoopListener } from './listener';
import { type Listeners } from './model/model-stream';

/** Between what the model says in one turn and in the next. */
const BETWEEN_TURNS = '\n\n';

/**
 * What the agent says in one request, the same whether it is streamed or not: the texts of all turns, those before
 * tool calls too, because text that was streamed cannot be taken back when the tool calls come. What the model says to
 * itself stands beside it.
 */
export class Speech {
  private readonly answer: Strand;
  private readonly thoughts: Strand;

  constructor(
    private readonly listener: LoopListener,
    /** Says no more than the answer, and that in one piece: JSON with a preface is no JSON. */
    private readonly answerOnly: boolean,
  ) {
    this.answer = new Strand((piece) => listener.text?.(piece));
    this.thoughts = new Strand((piece) => listener.reasoning?.(piece));
  }

  get text(): string {
    return this.answer.said;
  }

  get reasoning(): string {
    return this.thoughts.said;
  }

  /** Pass pieces of the current turn on; none when nobody listens, so that the model need not stream. */
  get listeners(): Partial<Listeners> {
    if (!this.listener.text) return {};
    return {
      onText: async (piece) => {
        if (!this.answerOnly) await this.answer.say(piece);
      },
      onReasoning: async (piece) => this.thoughts.say(piece),
    };
  }

  /**
   * @param text all that the model said in the turn, of which a part, or all, may have been passed on
   * @param reasoning the same of what it said to itself
   * @returns undefined when there is nobody to wait for
   */
  endTurn(text: string, reasoning: string, isAnswer: boolean): Promise<void> | undefined {
    const answer = () => this.answer.endTurn(isAnswer || !this.answerOnly ? text : '');
    const thought = this.thoughts.endTurn(reasoning);
    return thought ? thought.then(answer) : answer();
  }
}

/** What is said in turns, each apart from the one before. */
class Strand {
  said = '';
  private turn = '';

  constructor(private readonly tell: (piece: string) => Promise<void> | undefined) {}

  /** @returns undefined when there is nobody to wait for */
  say(piece: string): Promise<void> | undefined {
    if (piece === '') return undefined;
    const whole = this.turn === '' && this.said !== '' ? BETWEEN_TURNS + piece : piece;
    this.turn += piece;
    this.said += whole;
    return this.tell(whole);
  }

  /**
   * @param text all of the turn
   * @returns undefined when there is nobody to wait for
   */
  endTurn(text: string): Promise<void> | undefined {
    const told = this.say(text.slice(this.turn.length));
    this.turn = '';
    return told;
  }
}
