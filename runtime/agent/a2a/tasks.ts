import { type ListTasksRequest, type ListTasksResponse, Task } from '@a2a-js/sdk';
import { InMemoryTaskStore, ServerCallContext, type TaskStore } from '@a2a-js/sdk/server';
import { mergeTexts } from './messages';

/** Tasks that are kept, at most; who asks for one that is forgotten is told that there is none. */
export const MAX_TASKS = 1_000;

/** What an agent keeps of its tasks. All callers see all of them: they show keys of equal rank. */
export interface Tasks extends TaskStore {
  /** Settles when all is kept of the tasks that run here, and they run no more. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/**
 * A task that runs, as it is kept with each piece of its answer: one that were written out each time would cost as much
 * as all that was said before.
 */
export function live(task: Task): Task {
  for (const artifact of task.artifacts) artifact.parts = mergeTexts(artifact.parts);
  return task;
}

/** What is loaded of a task that runs. The SDK adds to what it loads, or leaves out some of it: that is its own. */
export function view(task: Task): Task {
  return { ...task, artifacts: task.artifacts.map((artifact) => ({ ...artifact })) };
}

/** A streamed answer is one text in the end. */
export function taskToJson(task: Task): string {
  const artifacts = task.artifacts.map((artifact) => ({ ...artifact, parts: mergeTexts(artifact.parts) }));
  return JSON.stringify(Task.toJSON({ ...task, artifacts }));
}

export function taskFromJson(json: string): Task {
  return Task.fromJSON(JSON.parse(json));
}

/** A page of tasks, as the SDK filters and orders them. */
export async function pageOf(tasks: readonly Task[], params: ListTasksRequest): Promise<ListTasksResponse> {
  const context = new ServerCallContext();
  const store = new InMemoryTaskStore();
  for (const task of tasks) await store.save(task, context);
  return store.list(params, context);
}
