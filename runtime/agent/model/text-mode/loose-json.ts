/** A value, and where in the text it ends. */
export interface LooseValue {
  readonly value: unknown;
  readonly end: number;
  /** Whether brackets that were missing at the end were added. */
  readonly mended: boolean;
}

/** Text that is not even nearly JSON, or breaks off where nobody can say how it would go on. */
export class LooseJsonError extends Error {}

/**
 * Reads a value as models write them: JSON, or Python's notation of it, with single quotes, line breaks in strings,
 * bare keys or a comma too much. Brackets that are missing at the end are added, if what stands before them is
 * complete: of a text or a number that is cut in the middle nobody knows the rest.
 *
 * @throws LooseJsonError
 */
export function readLooseJson(text: string, start: number): LooseValue {
  const reader = new Reader(text, start);
  const value = reader.value(0);
  return { value, end: reader.position, mended: reader.mended };
}

const MAX_DEPTH = 64;
const SPACE = /\s*/y;
const WORD = /[\w$.+-]+/y;
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;
const WORDS: Readonly<Record<string, unknown>> = {
  true: true,
  True: true,
  false: false,
  False: false,
  null: null,
  None: null,
};
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' };

class Reader {
  mended = false;

  constructor(
    private readonly text: string,
    public position: number,
  ) {}

  value(depth: number): unknown {
    this.match(SPACE);
    if (depth > MAX_DEPTH) throw new LooseJsonError('is nested too deep');
    const next = this.text[this.position];
    if (next === '{') return this.object(depth);
    if (next === '[') return this.list(depth);
    if (next === '"' || next === "'") return this.string(next);
    return this.word();
  }

  private object(depth: number): unknown {
    // Not by assignment: a key may be called `__proto__`.
    const entries: [string, unknown][] = [];
    this.items('}', () => {
      const quote = this.text[this.position];
      const key = quote === '"' || quote === "'" ? this.string(quote) : this.bareKey();
      this.match(SPACE);
      if (this.text[this.position] !== ':') throw this.broken();
      this.position++;
      entries.push([key, this.value(depth + 1)]);
    });
    return Object.fromEntries(entries);
  }

  private bareKey(): string {
    const key = this.match(WORD);
    if (key === '') throw this.broken();
    return key;
  }

  private list(depth: number): unknown[] {
    const values: unknown[] = [];
    this.items(']', () => values.push(this.value(depth + 1)));
    return values;
  }

  private items(closing: string, readItem: () => void): void {
    this.position++;
    for (;;) {
      this.match(SPACE);
      if (this.atEnd()) return this.mend();
      if (this.text[this.position] === closing) return void this.position++;
      readItem();
      this.match(SPACE);
      if (this.text[this.position] === ',') this.position++;
      else if (!this.atEnd() && this.text[this.position] !== closing) throw this.broken();
    }
  }

  private string(quote: string): string {
    let value = '';
    for (this.position++; this.position < this.text.length; this.position++) {
      const next = this.text.charAt(this.position);
      if (next === quote) {
        this.position++;
        return value;
      }
      value += next === '\\' ? this.escaped() : next;
    }
    throw new LooseJsonError('breaks off in the middle of a text');
  }

  private escaped(): string {
    const letter = this.text.charAt(++this.position);
    if (letter !== 'u') return ESCAPES[letter] ?? letter;
    const digits = this.text.slice(this.position + 1, this.position + 5);
    if (!/^[\da-fA-F]{4}$/.test(digits)) throw this.broken();
    this.position += 4;
    return String.fromCharCode(parseInt(digits, 16));
  }

  private word(): unknown {
    const word = this.match(WORD);
    if (Object.hasOwn(WORDS, word)) return WORDS[word];
    if (NUMBER.test(word)) return Number(word);
    throw this.broken();
  }

  /** Of the text, or of the block that it stands in. */
  private atEnd(): boolean {
    return this.position >= this.text.length || this.text.startsWith('```', this.position);
  }

  private mend(): void {
    const before = this.text.slice(0, this.position).trimEnd().at(-1);
    if (!before || !'"\'}]'.includes(before)) throw this.broken();
    this.mended = true;
  }

  private broken(): LooseJsonError {
    return new LooseJsonError(this.atEnd() ? 'breaks off' : 'is no JSON');
  }

  private match(pattern: RegExp): string {
    pattern.lastIndex = this.position;
    const [found = ''] = pattern.exec(this.text) ?? [];
    this.position += found.length;
    return found;
  }
}
