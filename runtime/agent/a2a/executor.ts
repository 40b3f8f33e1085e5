import { type Part, TaskState } from '@a2a-js/sdk';
import {
  AgentEvent,
  type AgentExecutor,
  type ExecutionEventBus,
  type RequestContext,
} from '@a2a-js/sdk/server';
import { randomUUID } from 'node:crypto';
import { type Logger } from 'pino';
import { type AgentConfig } from '../../contract';
import { type ConcurrencyLimit } from '../../process/concurrency-limit';
import { CancelledError, type HttpError, InterruptedError, InvalidRequestError } from '../../process/errors';
import { DelegationCycleError, DelegationDepthError } from '../../process/limit-errors';
import { errorReply } from '../../process/http-errors';
import { detached } from '../../telemetry/trace-context';
import { type Answerer } from '../answer';
import { Budget, narrower, smaller } from '../budget';
import { NO_CLIENT_TOOLS } from '../client-tools';
import { checkChain } from '../delegation/delegation-chain';
import { usedToHeaders } from '../delegation/delegation-headers';
import { type LoopListener } from '../listener';
import { type LoopResult } from '../loop';
import { remembers } from '../memory/open-memory';
import { Recorder } from '../memory/recorder';
import { type ChatRequest } from '../http/request';
import { abortedAfter, type RequestScope } from '../request-scope';
import { callOf, isAwaited } from './call';
import { agentMessage, dataPart, errorParts, saidIn, textPart } from './messages';

/** Carries out tasks of A2A: each message to one is a request to the agent, and its context is the session. */
export class LoopExecutor implements AgentExecutor {
  private readonly running = new Map<
    string,
    {
      readonly contextId: string;
      readonly abort: (reason?: HttpError) => void;
      readonly settled: Promise<void>;
    }
  >();

  constructor(
    private readonly parts: {
      readonly config: AgentConfig;
      readonly answer: Answerer;
      readonly limit: ConcurrencyLimit;
      readonly log: Logger;
    },
  ) {}

  /** Nothing is thrown: what goes wrong is the end of the task. */
  execute(context: RequestContext, bus: ExecutionEventBus): Promise<void> {
    const { taskId, contextId } = context;
    const call = callOf(context.context);
    const { requestTimeoutMs, taskTimeoutMs } = this.parts.config;
    // Nobody who hung up would end it otherwise.
    const time = abortedAfter(smaller(call.timeoutMs, requestTimeoutMs ?? taskTimeoutMs));
    const abort = (reason: HttpError = new CancelledError()) => time.controller.abort(reason);
    const hangUp = () => {
      if (!call.reply.raw.writableFinished && call.endsWithClient) abort();
    };
    call.reply.raw.once('close', hangUp);
    const work = () => this.carryOut(new TaskReport(context, bus), context, time);
    const settled = (isAwaited(call) ? work() : detached(work)).finally(() => {
      time.done();
      this.running.delete(taskId);
    });
    this.running.set(taskId, { contextId, abort, settled });
    this.parts.limit.hold(call.reply.raw, settled);
    return settled;
  }

  cancelTask(taskId: string, bus: ExecutionEventBus): Promise<void> {
    const task = this.running.get(taskId);
    if (task) {
      // Whoever cancels need not wait until all that runs has let go.
      bus.publish(statusEvent({ taskId, contextId: task.contextId }, TaskState.TASK_STATE_CANCELED));
      task.abort();
    }
    return Promise.resolve();
  }

  /** Ends a task that was canceled at another replica. */
  abort(taskId: string): void {
    this.running.get(taskId)?.abort();
  }

  /** Settles when no task runs any more. */
  async settled(): Promise<void> {
    while (this.running.size > 0) await Promise.all([...this.running.values()].map(({ settled }) => settled));
  }

  /** The tasks that still run have failed: the process ends. */
  interrupt(): void {
    this.running.forEach(({ abort }) => abort(new InterruptedError()));
  }

  private async carryOut(
    report: TaskReport,
    context: RequestContext,
    { controller: { signal }, deadline }: ReturnType<typeof abortedAfter>,
  ): Promise<void> {
    const { config, answer, log } = this.parts;
    const { ancestors, allowCycle, left, reply, streams } = callOf(context.context);
    const listener = streams ? report : {};
    const budget = new Budget(narrower(config, left));
    const recorder = new Recorder();
    const scope: RequestScope = { signal, deadline, ancestors, allowCycle, budget, recorder, listener };
    const onTrace = (headers: Record<string, string>) => {
      if (!reply.sent) void reply.headers(headers);
    };
    const tellUsed = () => {
      if (ancestors.length > 0 && !reply.sent) void reply.headers(usedToHeaders(budget.used));
    };
    report.works();
    try {
      checkChain({ ancestors, allowCycle }, config);
      const result = await answer(requestOf(context, config), scope, onTrace);
      tellUsed();
      report.done(result);
    } catch (error) {
      tellUsed();
      report.failed(error, log);
    }
  }
}

function requestOf({ contextId, userMessage, context }: RequestContext, config: AgentConfig): ChatRequest {
  const { ancestors, streams } = callOf(context);
  const { content, approval } = saidIn(userMessage);
  return {
    messages: content === undefined ? [] : [{ role: 'user', content }],
    model: undefined,
    session: remembers(config) ? contextId : undefined,
    // What an agent says comes from a model, and so it approves of nothing.
    isTask: ancestors.length > 0 || undefined,
    stream: streams,
    includeUsage: false,
    parameters: {},
    clientTools: NO_CLIENT_TOOLS,
    ...(approval ? { approval } : {}),
  };
}

interface Ids {
  readonly taskId: string;
  readonly contextId: string;
}

/** Tells whoever listens to a task how it goes. */
class TaskReport implements LoopListener {
  private readonly ids: Ids;
  private readonly artifactId = randomUUID();
  private hasText = false;

  constructor(
    { taskId, contextId }: RequestContext,
    private readonly bus: ExecutionEventBus,
  ) {
    this.ids = { taskId, contextId };
  }

  works(): void {
    const { taskId: id, contextId } = this.ids;
    const status = statusOf(TaskState.TASK_STATE_WORKING);
    // What the task was before is kept by who keeps tasks.
    this.bus.publish(
      AgentEvent.task({ id, contextId, status, artifacts: [], history: [], metadata: undefined }),
    );
  }

  text(piece: string): Promise<void> {
    this.artifact(piece, this.hasText, false);
    this.hasText = true;
    return Promise.resolve();
  }

  progress(progress: object): Promise<void> {
    this.bus.publish(
      AgentEvent.statusUpdate({
        ...this.ids,
        status: statusOf(TaskState.TASK_STATE_WORKING),
        metadata: { kaos: progress },
      }),
    );
    return Promise.resolve();
  }

  done({ content, refusal, approval, notice }: LoopResult): void {
    const text = content ?? refusal;
    if (this.hasText) this.artifact('', true, true);
    else if (text !== null) this.artifact(text, false, true);
    if (approval) {
      const parts = [...(notice === undefined ? [] : [textPart(notice)]), dataPart({ kaos: approval })];
      this.status(TaskState.TASK_STATE_INPUT_REQUIRED, parts);
    } else {
      this.status(TaskState.TASK_STATE_COMPLETED);
    }
  }

  failed(error: unknown, log: Logger): void {
    if (error instanceof CancelledError) return this.status(TaskState.TASK_STATE_CANCELED);
    const { message, code } = errorReply(error, log).body.error;
    const parts = errorParts(message, code);
    // A decision that cannot be understood decides nothing: what waits waits on.
    if (error instanceof InvalidRequestError) return this.status(TaskState.TASK_STATE_INPUT_REQUIRED, parts);
    const isRefusal = error instanceof DelegationDepthError || error instanceof DelegationCycleError;
    this.status(isRefusal ? TaskState.TASK_STATE_REJECTED : TaskState.TASK_STATE_FAILED, parts);
  }

  private artifact(text: string, append: boolean, lastChunk: boolean): void {
    const artifact = {
      artifactId: this.artifactId,
      name: 'answer',
      description: '',
      parts: [textPart(text)],
    };
    this.bus.publish(
      AgentEvent.artifactUpdate({
        ...this.ids,
        artifact: { ...artifact, metadata: undefined, extensions: [] },
        append,
        lastChunk,
        metadata: undefined,
      }),
    );
  }

  private status(state: TaskState, parts?: Part[]): void {
    this.bus.publish(statusEvent(this.ids, state, parts));
  }
}

function statusEvent(ids: Ids, state: TaskState, parts?: Part[]) {
  return AgentEvent.statusUpdate({ ...ids, status: statusOf(state, ids, parts), metadata: undefined });
}

function statusOf(state: TaskState, ids?: Ids, parts?: Part[]) {
  const message = ids && parts ? agentMessage(ids, parts) : undefined;
  return { state, message, timestamp: new Date().toISOString() };
}
