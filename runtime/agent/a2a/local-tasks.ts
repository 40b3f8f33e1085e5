import { type ListTasksRequest, type ListTasksResponse, type Task } from '@a2a-js/sdk';
import { isRunning } from './task-state';
import { live, MAX_TASKS, pageOf, taskFromJson, type Tasks, taskToJson, view } from './tasks';

/** All that do not run together. */
const MAX_CHARACTERS = 32 * 1024 * 1024;

/** Keeps tasks in the process, as many as it can spare. */
export class LocalTasks implements Tasks {
  /** The one that changed last is the last. Those that run are not written out yet. */
  private readonly byId = new Map<string, Task | string>();
  private characters = 0;

  save(task: Task): Promise<void> {
    this.forget(task.id);
    const kept = isRunning(task) ? live(task) : taskToJson(task);
    this.byId.set(task.id, kept);
    this.characters += charactersIn(kept);
    this.forgetOldest();
    return Promise.resolve();
  }

  load(id: string): Promise<Task | undefined> {
    const kept = this.byId.get(id);
    return Promise.resolve(typeof kept === 'string' ? taskFromJson(kept) : kept && view(kept));
  }

  list(params: ListTasksRequest): Promise<ListTasksResponse> {
    const all = [...this.byId.values()];
    return pageOf(
      all.map((kept) => (typeof kept === 'string' ? taskFromJson(kept) : view(kept))),
      params,
    );
  }

  /** They end with the process. */
  settled(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Those that run are not forgotten: somebody waits for each. */
  private forgetOldest(): void {
    for (const [id, kept] of this.byId) {
      if (this.byId.size <= MAX_TASKS && this.characters <= MAX_CHARACTERS) return;
      if (typeof kept === 'string') this.forget(id);
    }
  }

  private forget(id: string): void {
    this.characters -= charactersIn(this.byId.get(id));
    this.byId.delete(id);
  }
}

function charactersIn(kept: Task | string | undefined): number {
  return typeof kept === 'string' ? kept.length : 0;
}
