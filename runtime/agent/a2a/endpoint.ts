import { LegacyJsonRpcTransportHandler } from '@a2a-js/sdk/compat/v0_3/server';
import { JsonRpcTransportHandler, ServerCallContext, validateVersion } from '@a2a-js/sdk/server';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type Logger } from 'pino';
import { type AgentConfig } from '../../contract';
import { type ConcurrencyLimit } from '../../process/concurrency-limit';
import { type Answerer } from '../answer';
import { a2aCard } from './card';
import { delegationFromHeaders } from '../delegation/delegation-headers';
import { EventStream } from '../http/event-stream';
import { redisPrefix } from '../memory/open-memory';
import { type RedisConnection } from '../memory/redis-connection';
import { type Sessions } from '../memory/sessions';
import { abortedAfter, abortedWith, untilAborted } from '../request-scope';
import { callState } from './call';
import { LoopExecutor } from './executor';
import { LocalTasks } from './local-tasks';
import { methodError, OLDEST_VERSION } from './methods';
import { RedisTasks } from './redis-tasks';
import { TaskRequestHandler } from './request-handler';
import { type Tasks } from './tasks';

const STREAMING_METHODS: readonly unknown[] = [
  'SendStreamingMessage',
  'SubscribeToTask',
  'message/stream',
  'tasks/resubscribe',
];
const INTERNAL_ERROR = -32603;
const INVALID_PARAMS = { code: -32602, message: 'Invalid method parameters.' };
const SENDING_METHODS: readonly unknown[] = [
  'SendMessage',
  'SendStreamingMessage',
  'message/send',
  'message/stream',
];
/** How long what was given up may take to let go, and to be kept. */
const LET_GO_MS = 900;

export interface A2AParts {
  readonly config: AgentConfig;
  readonly answer: Answerer;
  readonly sessions: Sessions;
  /** Where tasks are kept for all replicas; undefined keeps them in the process. */
  readonly redis: RedisConnection | undefined;
  /** How much may be worked on at a time. */
  readonly limit: ConcurrencyLimit;
  readonly log: Logger;
}

interface RpcResponse {
  readonly jsonrpc: string;
  readonly id: string | number | null;
  readonly error?: unknown;
}

/** A2A as JSON-RPC, by the SDK, of the versions 1.0 and 0.3. */
export class A2AEndpoint {
  private readonly executor: LoopExecutor;
  private readonly tasks: Tasks;
  private readonly handler: TaskRequestHandler;
  private readonly current: JsonRpcTransportHandler;
  private drainBy: number | undefined;
  private readonly legacy: LegacyJsonRpcTransportHandler;

  constructor(private readonly parts: A2AParts) {
    const { config, sessions, log } = parts;
    this.executor = new LoopExecutor(parts);
    this.tasks = this.openTasks();
    // Whoever calls has read a card with the right address; this one is for the handler alone.
    const card = a2aCard({ config, baseUrl: '', tools: [], isProtected: false });
    this.handler = new TaskRequestHandler({
      card,
      tasks: this.tasks,
      executor: this.executor,
      sessions,
      log,
    });
    this.current = new JsonRpcTransportHandler(this.handler);
    this.legacy = new LegacyJsonRpcTransportHandler(this.handler);
  }

  async handle(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const body = request.body as Record<string, unknown>; // the transport handler checks it
    if (SENDING_METHODS.includes(body?.method)) this.parts.limit.begin();
    const version = String(request.headers['a2a-version'] || OLDEST_VERSION);
    const call = {
      ...delegationFromHeaders(request.headers),
      reply,
      streams: STREAMING_METHODS.includes(body?.method),
      endsWithClient: false,
      failed: false,
    };
    const context = new ServerCallContext({ requestedVersion: version, state: callState(call) });
    const isLegacy = version === OLDEST_VERSION;
    const errorOf = (error: unknown): { code: number; message: string } =>
      isLegacy
        ? LegacyJsonRpcTransportHandler.mapToLegacyJSONRPCError(error)
        : JsonRpcTransportHandler.mapToJSONRPCError(error);
    const failure = (error: unknown) => {
      const told = errorOf(error);
      // Nothing of ours failed, so what was sent could not be read.
      const isTheirs = told.code === INTERNAL_ERROR && !call.failed;
      return { jsonrpc: '2.0', id: idOf(body), error: isTheirs ? INVALID_PARAMS : told };
    };
    try {
      validateVersion(version, await this.handler.getAgentCard(), 'JSONRPC');
    } catch (error) {
      return reply.send(failure(error));
    }
    const said = request.headers['a2a-version'];
    const unknown = body && methodError(body, version, said && String(said));
    if (unknown) return reply.send({ jsonrpc: '2.0', id: idOf(body), error: unknown });
    const answer = await (isLegacy ? this.legacy : this.current).handle(body, context);
    if (isStream(answer)) return this.stream(answer, reply, failure);
    const { code } = (answer.error ?? {}) as { readonly code?: number };
    return reply.send(
      code === INTERNAL_ERROR && !call.failed ? { ...answer, error: INVALID_PARAMS } : answer,
    );
  }

  /** Waits for the tasks that run, whoever waits for them; those that take longer have failed. */
  async drain(graceMs: number): Promise<void> {
    this.drainBy ??= performance.now() + graceMs;
    const ended = this.executor.settled().then(() => this.tasks.settled());
    const given = await within(this.drainBy - performance.now(), ended);
    if (given) return;
    this.executor.interrupt();
    await within(LET_GO_MS, ended);
  }

  close(): Promise<void> {
    return this.tasks.close();
  }

  private openTasks(): Tasks {
    const { config, redis } = this.parts;
    if (!redis) return new LocalTasks();
    const options = {
      prefix: redisPrefix(config),
      ttlSeconds: config.memoryTtlSeconds,
      onCanceled: (id: string) => this.executor.abort(id),
    };
    return new RedisTasks(options, redis);
  }

  /**
   * A client that hangs up hears no more of the task, which goes on: it may ask for it again. So what comes is taken
   * all the same, because the SDK keeps of a task what was taken from the stream that began it.
   */
  private async stream(
    answers: AsyncGenerator<RpcResponse>,
    reply: FastifyReply,
    failure: (error: unknown) => object,
  ): Promise<FastifyReply> {
    const { signal } = abortedWith(reply.raw, undefined);
    const events = new EventStream(reply, { heartbeatMs: this.parts.config.streamHeartbeatMs, signal });
    try {
      for await (const answer of answers) await untilHungUp(events.send(answer), signal);
      if (!signal.aborted) events.end();
    } catch (error) {
      events.stop();
      if (signal.aborted) return reply;
      if (!events.hasBegun) return reply.send(failure(error));
      events.end(JSON.stringify(failure(error)));
    }
    return reply;
  }
}

/** Whether it settled in time. */
async function within(limitMs: number, work: Promise<void>): Promise<boolean> {
  const time = abortedAfter(limitMs);
  try {
    return await untilAborted(work, time.controller.signal).then(
      () => true,
      () => false,
    );
  } finally {
    time.done();
  }
}

async function untilHungUp(work: Promise<void>, signal: AbortSignal): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

function isStream(answer: object): answer is AsyncGenerator<RpcResponse> {
  return Symbol.asyncIterator in answer;
}

function idOf(body: Record<string, unknown> | undefined): string | number | null {
  const id = body?.id;
  return typeof id === 'string' || typeof id === 'number' ? id : null;
}
