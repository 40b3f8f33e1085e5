import { type ListTasksRequest, type ListTasksResponse, type Task, TaskState } from '@a2a-js/sdk';
import { InterruptedError } from '../../process/errors';
import { type RedisConnection } from '../memory/redis-connection';
import { agentMessage, errorParts } from './messages';
import { isRunning } from './task-state';
import { live, MAX_TASKS, pageOf, taskFromJson, type Tasks, taskToJson, view } from './tasks';

const DEFAULT_TTL_SECONDS = 24 * 60 * 60;
/** A replica that does not say for so long that it still works on a task has ended, or might as well have. */
const LEASE_MS = 30_000;

/**
 * Keeps tasks in Redis, where all replicas of an agent find them. While a task runs, each piece of its answer is kept
 * here alone, and Redis is told when its state changes, and again and again that it is worked on.
 */
export class RedisTasks implements Tasks {
  private readonly running = new Map<
    string,
    { readonly task: Task; readonly state: TaskState | undefined }
  >();
  private readonly canceled: RedisConnection;
  private readonly heartbeat: NodeJS.Timeout;
  private saving = 0;
  private onSettled: () => void = () => undefined;

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
    this.heartbeat = setInterval(() => void this.renewLeases(), LEASE_MS / 3).unref();
  }

  async save(task: Task): Promise<void> {
    const state = task.status?.state;
    const known = this.running.get(task.id);
    if (isRunning(task)) this.running.set(task.id, { task: live(task), state });
    else this.running.delete(task.id);
    if (known?.state === state) return;
    this.saving++;
    try {
      await this.keep(task);
    } finally {
      this.saving--;
      if (this.isSettled) this.onSettled();
    }
    const isElsewhere = known === undefined && state === TaskState.TASK_STATE_CANCELED;
    if (isElsewhere) await this.redis.use((redis) => redis.publish(this.channel, task.id));
  }

  async load(id: string): Promise<Task | undefined> {
    const running = this.running.get(id);
    if (running) return view(running.task);
    const [task] = await this.read([id]);
    return task;
  }

  async list(params: ListTasksRequest): Promise<ListTasksResponse> {
    const ids = await this.redis.use((redis) => redis.zrange(this.tasksKey, 0, '-1'));
    return pageOf(await this.read(ids), params);
  }

  async settled(): Promise<void> {
    if (!this.isSettled) await new Promise<void>((resolve) => (this.onSettled = resolve));
  }

  close(): Promise<void> {
    clearInterval(this.heartbeat);
    return this.canceled.close();
  }

  /** Some may have expired since they were listed. */
  private async read(ids: readonly string[]): Promise<Task[]> {
    if (ids.length === 0) return [];
    const kept = await this.redis.use((redis) =>
      redis.mget([...ids.map((id) => this.keyOf(id)), ...ids.map((id) => this.leaseOf(id))]),
    );
    return ids.flatMap((id, index) => {
      const json = kept[index];
      if (typeof json !== 'string') return [];
      const task = taskFromJson(json);
      const isLost = isRunning(task) && !this.running.has(id) && kept[ids.length + index] === null;
      return [isLost ? interrupted(task) : task];
    });
  }

  private async keep(task: Task): Promise<void> {
    const { ttlSeconds = DEFAULT_TTL_SECONDS } = this.options;
    const { id } = task;
    await this.redis.use(async (redis) => {
      const transaction = redis
        .multi()
        .set(this.keyOf(id), taskToJson(task), 'EX', ttlSeconds)
        .zadd(this.tasksKey, Date.now(), id)
        .expire(this.tasksKey, ttlSeconds)
        .eval(FORGET_OLDEST, 1, this.tasksKey, String(MAX_TASKS), this.keyOf(''));
      if (isRunning(task)) transaction.set(this.leaseOf(id), '', 'PX', LEASE_MS);
      else transaction.del(this.leaseOf(id));
      for (const [error] of (await transaction.exec()) ?? []) if (error) throw error;
    });
  }

  /** What Redis did not hear in time it hears again a little later. */
  private async renewLeases(): Promise<void> {
    if (this.running.size === 0) return;
    const renew = this.redis.use((redis) => {
      const commands = redis.pipeline();
      for (const id of this.running.keys()) commands.set(this.leaseOf(id), '', 'PX', LEASE_MS);
      return commands.exec();
    });
    await renew.catch(() => undefined);
  }

  private get isSettled(): boolean {
    return this.running.size === 0 && this.saving === 0;
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

  private leaseOf(id: string): string {
    return `${this.options.prefix}:task-lease:${id}`;
  }
}

/** What is left of a task when its replica is gone. It is not kept so: a replica that was only slow ends it yet. */
function interrupted(task: Task): Task {
  const { message: text, code } = new InterruptedError();
  const message = agentMessage({ taskId: task.id, contextId: task.contextId }, errorParts(text, code));
  const status = { state: TaskState.TASK_STATE_FAILED, message, timestamp: task.status?.timestamp };
  return { ...task, status };
}

const FORGET_OLDEST = `
  local excess = redis.call('zcard', KEYS[1]) - tonumber(ARGV[1])
  if excess <= 0 then return end
  local oldest = redis.call('zpopmin', KEYS[1], excess)
  for i = 1, #oldest, 2 do redis.call('del', ARGV[2] .. oldest[i]) end`;
