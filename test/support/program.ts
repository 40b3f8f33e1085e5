import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type Env } from '../../runtime/contract';

/** A program that is not ours, running. */
export class Program {
  /** Its exit code, or the signal that ended it. */
  readonly exit: Promise<number | NodeJS.Signals | null>;
  private readonly child: ChildProcess;
  private output = '';
  private readonly watchers = new Set<() => void>();

  /**
   * Starts it with that environment and nothing else of ours.
   *
   * @param lifeMs a test that fails leaves its program behind; it does not stay longer than that
   */
  constructor(command: string, args: readonly string[], env: Env = {}, lifeMs = 120_000) {
    const ends = { timeout: lifeMs, killSignal: 'SIGKILL' } as const;
    this.child = spawn(command, args, {
      env: { PATH: process.env.PATH, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...ends,
    });
    const take = (chunk: Buffer) => {
      this.output += chunk.toString();
      for (const look of [...this.watchers]) look();
    };
    this.child.stdout?.on('data', take);
    this.child.stderr?.on('data', take);
    this.exit = once(this.child, 'close').then(([code, signal]) => code ?? signal);
  }

  /** All that it has printed so far. */
  get said(): string {
    return this.output;
  }

  /** Settles when what it printed matches; rejects when it ends without. */
  printed(pattern: RegExp): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = () => {
        if (!pattern.test(this.output)) return;
        this.watchers.delete(look);
        resolve();
      };
      this.watchers.add(look);
      const refuse = () => reject(new Error(`ended without printing ${pattern}:\n${this.output}`));
      this.exit.then(refuse, reject);
      look();
    });
  }

  /** Asks it to end, and settles when it has. */
  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    await this.exit;
  }

  /** Ends it with no time to tidy up. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exit;
  }
}
