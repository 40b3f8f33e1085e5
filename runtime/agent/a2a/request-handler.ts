import {
  AgentCard,
  type CancelTaskRequest,
  type GetTaskRequest,
  type ListTasksRequest,
  type ListTasksResponse,
  type Message,
  type SendMessageRequest,
  type StreamResponse,
  type SubscribeToTaskRequest,
  type Task,
} from '@a2a-js/sdk';
import { A2AError, RequestMalformedError, UnsupportedOperationError } from '@a2a-js/sdk/errors';
import { DefaultRequestHandler, type ServerCallContext } from '@a2a-js/sdk/server';
import { type Logger } from 'pino';
import { HttpError } from '../../process/errors';
import { errorReply } from '../../process/http-errors';
import { type Sessions } from '../memory/sessions';
import { parseSessionId } from '../http/request';
import { callOf } from './call';
import { type LoopExecutor } from './executor';
import { saidIn } from './messages';
import { isRunning } from './task-state';
import { type Tasks } from './tasks';

/** The SDK's handling of messages and tasks, with what an agent of ours refuses beside. */
export class TaskRequestHandler extends DefaultRequestHandler {
  constructor(
    private readonly parts: {
      readonly card: object;
      readonly tasks: Tasks;
      readonly executor: LoopExecutor;
      readonly sessions: Sessions;
      readonly log: Logger;
    },
  ) {
    const { card, tasks, executor } = parts;
    // A task that waits for somebody keeps nothing alive: what it waits with is with its session.
    const options = { keepBusAliveStates: [] };
    super(
      AgentCard.fromJSON(card),
      tasks,
      executor,
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      options,
    );
  }

  override sendMessage(params: SendMessageRequest, context: ServerCallContext): Promise<Message | Task> {
    return this.guarded(context, async () => {
      await this.check(params, context);
      callOf(context).endsWithClient = params.configuration?.returnImmediately !== true;
      return super.sendMessage(params, context);
    });
  }

  override async *sendMessageStream(
    params: SendMessageRequest,
    context: ServerCallContext,
  ): AsyncGenerator<StreamResponse, void, undefined> {
    await this.guarded(context, () => this.check(params, context));
    yield* this.guardedStream(context, super.sendMessageStream(params, context));
  }

  override resubscribe(
    params: SubscribeToTaskRequest,
    context: ServerCallContext,
  ): AsyncGenerator<StreamResponse, void, undefined> {
    return this.guardedStream(context, this.subscribed(params, context));
  }

  override getTask(params: GetTaskRequest, context: ServerCallContext): Promise<Task> {
    return this.guarded(context, () => {
      checkTaskId(params.id);
      return super.getTask(params, context);
    });
  }

  override listTasks(params: ListTasksRequest, context: ServerCallContext): Promise<ListTasksResponse> {
    return this.guarded(context, () => super.listTasks(params, context));
  }

  override cancelTask(params: CancelTaskRequest, context: ServerCallContext): Promise<Task> {
    return this.guarded(context, async () => {
      checkTaskId(params.id);
      const task = await super.cancelTask(params, context);
      // A call that waited for approval is canceled with its task.
      await this.parts.sessions.resume(task.contextId, true);
      return task;
    });
  }

  private async *subscribed(
    params: SubscribeToTaskRequest,
    context: ServerCallContext,
  ): AsyncGenerator<StreamResponse, void, undefined> {
    checkTaskId(params.id);
    yield* super.resubscribe(params, context);
  }

  private async check({ message }: SendMessageRequest, context: ServerCallContext): Promise<void> {
    if (!message) throw new RequestMalformedError('message is required');
    saidIn(message);
    if (message.contextId) checkContextId(message.contextId);
    const task = message.taskId ? await this.parts.tasks.load(message.taskId, context) : undefined;
    if (task && isRunning(task)) throw new UnsupportedOperationError(`Task ${task.id} is being worked on.`);
  }

  /** What is not meant for callers is logged, and stays here: its text may hold inner addresses. */
  private async guarded<T>(context: ServerCallContext, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw this.forCaller(error, context);
    }
  }

  private async *guardedStream<T>(context: ServerCallContext, stream: AsyncGenerator<T>): AsyncGenerator<T> {
    try {
      yield* stream;
    } catch (error) {
      throw this.forCaller(error, context);
    }
  }

  private forCaller(error: unknown, context: ServerCallContext): A2AError {
    const call = callOf(context);
    call.failed = true;
    if (error instanceof A2AError) return error;
    return new A2AError(errorReply(error, this.parts.log, call.reply.request.id).body.error.message);
  }
}

/** In the version of old it comes as it was sent. */
function checkTaskId(id: unknown): void {
  if (typeof id !== 'string') throw new RequestMalformedError('id must be the id of a task');
}

function checkContextId(id: string): void {
  try {
    parseSessionId(id, 'message.contextId');
  } catch (error) {
    throw new RequestMalformedError(
      error instanceof HttpError ? error.message : 'message.contextId is no id',
    );
  }
}
