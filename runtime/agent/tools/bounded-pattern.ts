import { type Context, createContext, Script } from 'node:vm';

/** Some patterns take for ever to say no, and nothing else of the process runs meanwhile. */
const PATIENCE_MS = 100;
/** Not even the worst pattern takes long for that. */
const SHORT_CHARACTERS = 16;
const TEST = new Script('pattern.test(text)');

/** Regular expressions of one schema, none of which stops the process; after one that would, all of them are given up. */
export class BoundedPatterns {
  private isGivenUp = false;
  private sandbox: Context | undefined;

  constructor(private readonly onGivenUp: () => void) {}

  /** @throws SyntaxError when it is none */
  compile(source: string, flags: string): { test(text: string): boolean; toString(): string } {
    const pattern = new RegExp(source, flags);
    return {
      test: (text) => (text.length <= SHORT_CHARACTERS ? pattern.test(text) : this.test(pattern, text)),
      toString: () => String(pattern),
    };
  }

  private test(pattern: RegExp, text: string): boolean {
    if (this.isGivenUp) return true;
    this.sandbox ??= createContext({});
    Object.assign(this.sandbox, { pattern, text });
    try {
      return TEST.runInContext(this.sandbox, { timeout: PATIENCE_MS }) as boolean;
    } catch {
      this.isGivenUp = true;
      this.onGivenUp();
      return true;
    }
  }
}
