import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What is to be undone when tests are over, what came last first. */
export class Ends {
  private readonly ends: (() => unknown)[] = [];

  add(...ends: readonly (() => unknown)[]): void {
    this.ends.push(...ends);
  }

  /** A directory that is there until then. */
  directory(): string {
    const directory = mkdtempSync(join(tmpdir(), 'kaos-test-'));
    this.add(() => rmSync(directory, { recursive: true }));
    return directory;
  }

  async meet(): Promise<void> {
    for (const end of this.ends.splice(0).reverse()) await end();
  }
}
