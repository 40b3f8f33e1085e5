import { type DestinationStream, symbols } from 'pino';

/** How long a line waits for others, at most. */
const HOLD_MS = 25;
const WARN = 40;

/**
 * Lines of a log, several at a time: under load, a system call for each would be most of what logging costs. The first
 * after a pause goes out at once, as do warnings, errors and all that waits before them; the rest waits for others, and
 * the end of the process waits for nothing.
 */
export class LineBatch implements DestinationStream {
  /** Asks pino to say of what level a line is. */
  readonly [symbols.needsMetadataGsym] = true;
  lastLevel = 0;
  private waiting = '';
  private pause: NodeJS.Timeout | undefined;

  constructor(private readonly out: { write(lines: string): unknown }) {
    process.once('exit', () => this.flush());
  }

  write(line: string): void {
    this.waiting += line;
    if (this.pause && this.lastLevel < WARN) return;
    this.flush();
    this.pause ??= setTimeout(() => this.goOn(), HOLD_MS).unref();
  }

  private goOn(): void {
    this.pause = undefined;
    if (this.waiting === '') return;
    this.flush();
    this.pause = setTimeout(() => this.goOn(), HOLD_MS).unref();
  }

  private flush(): void {
    const { waiting } = this;
    this.waiting = '';
    if (waiting !== '') this.out.write(waiting);
  }
}
