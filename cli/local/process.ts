import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { type LocalProcess } from './localize';

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const LINES_KEPT = 20;

/** A workload that runs as a child process. */
export class RunningProcess {
  /** Settles when the process has ended. Never rejects. */
  readonly exited: Promise<Exit>;
  private readonly child: ChildProcess;
  private readonly lastLines: string[] = [];

  /** @param onLine gets each line that the process prints */
  constructor(
    readonly plan: LocalProcess,
    onLine: (line: string) => void,
  ) {
    // A group of its own: Ctrl-C in a terminal reaches the kaos command alone, which stops its children in order.
    // The channel is for the one thing left: when the command is killed, they notice and end too.
    const [program = '', ...args] = plan.command;
    this.child = spawn(program, args, {
      env: { PATH: process.env.PATH, ...plan.env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      detached: true,
    });
    const { child } = this;
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on('line', (line) => {
        this.lastLines.push(line);
        if (this.lastLines.length > LINES_KEPT) this.lastLines.shift();
        onLine(line);
      });
    }
    // A container ends with its first process; so does all that a workload has started here.
    child.once('exit', () => this.signalGroup('SIGKILL'));
    this.exited = new Promise((resolve) => {
      child.once('error', () => resolve({ code: null, signal: null }));
      // 'close' comes after the last line was read; 'exit' may come before.
      child.once('close', (code, signal) => resolve({ code, signal }));
    });
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** What it printed last. */
  get output(): string {
    return this.lastLines.join('\n');
  }

  /** Asks it to end, and after the grace period no longer asks. Settles when it has ended. */
  async stop(graceMs: number): Promise<Exit> {
    this.child.kill('SIGTERM');
    const force = setTimeout(() => this.child.kill('SIGKILL'), graceMs);
    const exit = await this.exited;
    clearTimeout(force);
    return exit;
  }

  /** Ends it without asking. */
  kill(): void {
    this.signalGroup('SIGKILL');
  }

  private signalGroup(signal: NodeJS.Signals): void {
    if (this.child.pid === undefined) return;
    try {
      process.kill(-this.child.pid, signal);
    } catch {
      // Nobody is left in the group, which is how it should be.
    }
  }
}

export function describeExit({ code, signal }: Exit): string {
  if (signal) return `was ended by ${signal}`;
  return code === null ? 'could not be started' : `exited with code ${code}`;
}
