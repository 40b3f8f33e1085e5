import { type ListTasksRequest, type ListTasksResponse, type Task, TaskState } from '@a2a-js/sdk';
import { type RedisConnection } from '../memory/redis-connection';
import { isRunning } from './task-state';
import { live, MAX_TASKS, pageOf, taskFromJson, type Tasks, taskToJson, view } from './tasks';

const DEFAULT_TTL_SECONDS = 24 * 60 * 60;

/**
 * Keeps tasks in Redis, where all replicas of an agent find them. While a task runs, each piece of its answer is kept
 * here alone, and Redis is told when its state changes.
 */
export class RedisTasks implements Tasks {
  private readonly running = new Map<
    string,
    { readonly task: Task; readonly state: TaskState | undefined }
  >();
  private readonly canceled: RedisConnection;

  constructor(
    private readonly options: {
      /** What all keys of the agent begin with. */
      readonly prefix: string;
      readonly ttlSeconds: number | undefined;
      /** Is told of tasks that run here and were canceled at another replica. */
      readonly onCanceled: (id: string) => void;
    },
    private readonly redis: RedisConnection,
  ) {
    this.canceled = redis.listen(this.channel, (id) => {
      if (this.running.delete(id)) options.onCanceled(id);
    });
  }

  async save(task: Task): Promise<void> {
    const state = task.status?.state;
    const known = this.running.get(task.id);
    if (isRunning(task)) this.running.set(task.id, { task: live(task), state });
    else this.running.delete(task.id);
    if (known?.state === state) return;
    await this.keep(task.id, taskToJson(task));
    const isElsewhere = known === undefined && state === TaskState.TASK_STATE_CANCELED;
    if (isElsewhere) await this.redis.use((redis) => redis.publish(this.channel, task.id));
  }

  async load(id: string): Promise<Task | undefined> {
    const running = this.running.get(id);
    if (running) return view(running.task);
    const json = await this.redis.use((redis) => redis.get(this.keyOf(id)));
    return json === null ? undefined : taskFromJson(json);
  }

  async list(params: ListTasksRequest): Promise<ListTasksResponse> {
    const kept = await this.redis.use(async (redis) => {
      const ids = await redis.zrange(this.tasksKey, 0, '-1');
      return ids.length === 0 ? [] : redis.mget(ids.map((id) => this.keyOf(id)));
    });
    // Some may have expired since they were listed.
    return pageOf(
      kept.flatMap((json) => json ?? []),
      params,
    );
  }

  close(): Promise<void> {
    return this.canceled.close();
  }

  private async keep(id: string, json: string): Promise<void> {
    const { ttlSeconds = DEFAULT_TTL_SECONDS } = this.options;
    await this.redis.use(async (redis) => {
      const transaction = redis
        .multi()
        .set(this.keyOf(id), json, 'EX', ttlSeconds)
        .zadd(this.tasksKey, Date.now(), id)
        .expire(this.tasksKey, ttlSeconds)
        .eval(FORGET_OLDEST, 1, this.tasksKey, String(MAX_TASKS), this.keyOf(''));
      for (const [error] of (await transaction.exec()) ?? []) if (error) throw error;
    });
  }

  private get tasksKey(): string {
    return `${this.options.prefix}:tasks`;
  }

  private get channel(): string {
    return `${this.options.prefix}:canceled`;
  }

  private keyOf(id: string): string {
    return `${this.options.prefix}:task:${id}`;
  }
}

const FORGET_OLDEST = `
  local excess = redis.call('zcard', KEYS[1]) - tonumber(ARGV[1])
  if excess <= 0 then return end
  local oldest = redis.call('zpopmin', KEYS[1], excess)
  for i = 1, #oldest, 2 do redis.call('del', ARGV[2] .. oldest[i]) end`;
