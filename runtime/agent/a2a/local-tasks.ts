import { type ListTasksRequest, type ListTasksResponse, type Task } from '@a2a-js/sdk';
import { isRunning } from './task-state';
import { MAX_TASKS, pageOf, taskFromJson, type Tasks, taskToJson } from './tasks';

/** All tasks together. */
const MAX_CHARACTERS = 32 * 1024 * 1024;

interface Kept {
  readonly json: string;
  readonly running: boolean;
}

/** Keeps tasks in the process, as many as it can spare. */
export class LocalTasks implements Tasks {
  /** The one that changed last is the last. */
  private readonly byId = new Map<string, Kept>();
  private characters = 0;

  save(task: Task): Promise<void> {
    this.forget(task.id);
    const json = taskToJson(task);
    this.byId.set(task.id, { json, running: isRunning(task) });
    this.characters += json.length;
    this.forgetOldest();
    return Promise.resolve();
  }

  load(id: string): Promise<Task | undefined> {
    const kept = this.byId.get(id);
    return Promise.resolve(kept && taskFromJson(kept.json));
  }

  list(params: ListTasksRequest): Promise<ListTasksResponse> {
    return pageOf(
      [...this.byId.values()].map(({ json }) => json),
      params,
    );
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Those that run are not forgotten: somebody waits for each. */
  private forgetOldest(): void {
    for (const [id, { running }] of this.byId) {
      if (this.byId.size <= MAX_TASKS && this.characters <= MAX_CHARACTERS) return;
      if (!running) this.forget(id);
    }
  }

  private forget(id: string): void {
    this.characters -= this.byId.get(id)?.json.length ?? 0;
    this.byId.delete(id);
  }
}
