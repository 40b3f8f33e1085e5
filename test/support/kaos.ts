import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

const KAOS = join(__dirname, '../../lib/bin/kaos.js');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const running = new Set<Kaos>();

/** Ends what a failed test left running. */
export async function endAll(): Promise<void> {
  await Promise.all(
    [...running].map((command) => {
      command.child.kill('SIGTERM');
      return command.ended;
    }),
  );
}

/** The kaos command, running. */
export class Kaos {
  readonly ended: Promise<Ended>;
  readonly child: ChildProcess;
  private stdout = '';
  private stderr = '';
  private readonly watchers = new Set<() => void>();

  constructor(...args: readonly string[]) {
    this.child = spawn(process.execPath, [KAOS, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.child.stdout?.on('data', (chunk: Buffer) => this.take('stdout', chunk));
    this.child.stderr?.on('data', (chunk: Buffer) => this.take('stderr', chunk));
    running.add(this);
    this.ended = new Promise((resolve) => {
      this.child.once('close', (code) => {
        running.delete(this);
        resolve({ code, stdout: this.stdout, stderr: this.stderr });
      });
    });
  }

  /** Settles with the match when what was printed matches; rejects when the command ends without. */
  printed(pattern: RegExp): Promise<RegExpMatchArray> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const match = (this.stdout + this.stderr).match(pattern);
        if (!match) return;
        this.watchers.delete(look);
        resolve(match);
      };
      this.watchers.add(look);
      void this.ended.then(() =>
        reject(new Error(`ended without printing ${pattern}:\n${this.stdout}${this.stderr}`)),
      );
      look();
    });
  }

  private take(stream: 'stdout' | 'stderr', chunk: Buffer): void {
    this[stream] += chunk.toString();
    for (const look of [...this.watchers]) look();
  }
}

export function kaos(...args: readonly string[]): Promise<Ended> {
  return new Kaos(...args).ended;
}

/** What `--json` printed. Where it printed nothing, the error is what the command said instead. */
export function resultsIn({ stdout, stderr }: Ended): unknown {
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout);
}
