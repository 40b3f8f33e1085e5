import { type Task, TaskState } from '@a2a-js/sdk';

export function isRunning({ status }: Pick<Task, 'status'>): boolean {
  return status?.state === TaskState.TASK_STATE_WORKING || status?.state === TaskState.TASK_STATE_SUBMITTED;
}
