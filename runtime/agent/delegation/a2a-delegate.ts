import { AgentCard, type Message, Role, type Task, TaskState } from '@a2a-js/sdk';
import { JsonRpcTransportFactory } from '@a2a-js/sdk/client';
import { A2AError } from '@a2a-js/sdk/errors';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { A2A_CARD_PATH, type PeerAgent } from '../../contract';
import { DelegationError } from '../../process/failure-for-model';
import { type HttpClient } from '../../process/http-client';
import { type Secret, SecretError } from '../../process/secret';
import { isRunning } from '../a2a/task-state';
import { type A2AInterface, type Card, card, interfaceOf, takesDelegations } from '../a2a/a2a-card';
import { NO_LIMITS, type Share } from '../budget';
import { CardReader } from './card-reader';
import { badReply, type Delegate, reaching, spending } from './delegate';
import { delegationToHeaders } from './delegation-headers';
import { type RequestScope } from '../request-scope';

const FIRST_LOOK_MS = 250;
const LAST_LOOK_MS = 4_000;
const CANCEL_TIMEOUT_MS = 2_000;

type Transport = Awaited<ReturnType<JsonRpcTransportFactory['create']>>;
type CallOptions = NonNullable<Parameters<Transport['getTask']>[1]>;

/** An agent that speaks A2A over JSON-RPC, of 1.0 or 0.3: it takes a task, and gives an answer in text. */
export class A2ADelegate implements Delegate {
  readonly name: string;
  readonly url: URL;
  private readonly card: CardReader<Card>;

  constructor(
    agent: PeerAgent,
    private readonly options: {
      readonly caller: string;
      readonly apiKey: Secret;
      readonly timeoutMs: number;
    },
    private readonly http: HttpClient,
  ) {
    this.name = agent.name;
    this.url = new URL(agent.url);
    const url = agent.url + A2A_CARD_PATH;
    this.card = new CardReader({ url, schema: card, apiKey: options.apiKey }, http);
  }

  async describe(signal: AbortSignal): Promise<string> {
    return (await this.card.recall(signal)).description;
  }

  take(task: string, request: RequestScope): Promise<string> {
    // A task that is asked for again and again takes its time too.
    const signal = AbortSignal.any([request.signal, AbortSignal.timeout(this.options.timeoutMs)]);
    return reaching(this.name, request.signal, async () => {
      const read = await this.readCard(signal);
      const where = this.checked(interfaceOf(read));
      const transport = await this.transportTo(where, request.share);
      const serviceParameters = {
        'a2a-version': where.protocolVersion,
        ...(takesDelegations(read) ? this.delegationHeaders(request) : {}),
      };
      return answerIn(this.name, await this.outcome(transport, task, { signal, serviceParameters }));
    });
  }

  private transportTo(where: A2AInterface, share: Share | undefined): Promise<Transport> {
    const fetchImpl: typeof fetch = (input, init) => this.fetch(String(input), share, init);
    const factory = new JsonRpcTransportFactory({ fetchImpl, legacyCompat: { enabled: true } });
    return factory.create(where.url, AgentCard.fromJSON({ supportedInterfaces: [where] }));
  }

  private delegationHeaders(request: RequestScope): Record<string, string> {
    const { ancestors, allowCycle = false, deadline, share } = request;
    const { caller, timeoutMs } = this.options;
    const left = deadline === undefined ? timeoutMs : Math.min(timeoutMs, deadline - performance.now());
    return delegationToHeaders({
      ancestors: [...ancestors, caller],
      allowCycle,
      timeoutMs: left,
      left: share?.limits ?? NO_LIMITS,
    });
  }

  /** Keys are shown, and requests sent, to nobody but whom the configuration names: a card is somebody else's word. */
  private checked(where: A2AInterface | undefined): A2AInterface {
    if (!where) throw new DelegationError(`agent "${this.name}" does not speak JSON-RPC`);
    const { url } = where;
    if (URL.canParse(url) && new URL(url).origin === this.url.origin) return where;
    throw new DelegationError(`the card of agent "${this.name}" points to another address than its own`, {
      cause: new Error(`${url} is not of ${this.url.origin}`),
    });
  }

  private async readCard(signal: AbortSignal): Promise<Card> {
    try {
      return await this.card.read(signal);
    } catch (error) {
      if (signal.aborted || error instanceof SecretError) throw error;
      throw new DelegationError(`the card of agent "${this.name}" cannot be read`, { cause: error });
    }
  }

  /** What came of the task, as soon as something did; nobody works on for a caller who has gone. */
  private async outcome(transport: Transport, task: string, options: CallOptions): Promise<Message | Task> {
    const { signal } = options;
    let running: string | undefined;
    try {
      let result = await this.understood(transport.sendMessage(requestFor(task), options));
      for (
        let lookMs = FIRST_LOOK_MS;
        'status' in result && isRunning(result);
        lookMs = Math.min(lookMs * 2, LAST_LOOK_MS)
      ) {
        running = result.id;
        await delay(lookMs, undefined, { signal });
        result = await this.understood(transport.getTask({ tenant: '', id: running }, options));
      }
      return result;
    } catch (error) {
      const cancel = { ...options, signal: AbortSignal.timeout(CANCEL_TIMEOUT_MS) };
      // It may have ended meanwhile, and nobody waits to hear of it.
      if (signal?.aborted && running !== undefined)
        void transport.cancelTask({ tenant: '', id: running, metadata: {} }, cancel).catch(() => undefined);
      throw error;
    }
  }

  private async understood<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      if (error instanceof Unreached) throw error.cause;
      const code = error instanceof A2AError && 'envelopeCode' in error ? error.envelopeCode : undefined;
      const problem =
        code === undefined ? 'answered with something else than A2A' : `failed with JSON-RPC error ${code}`;
      throw new DelegationError(`agent "${this.name}" ${problem}`, { cause: error, upstreamStatus: 200 });
    }
  }

  private async fetch(
    url: string,
    share: Share | undefined,
    { headers, body, signal }: RequestInit = {},
  ): Promise<Response> {
    const { apiKey, timeoutMs } = this.options;
    try {
      const options = {
        headers: { ...lowerCased(headers), ...(await apiKey.asBearer()) },
        signal: signal ?? AbortSignal.timeout(timeoutMs),
        timeoutMs,
      };
      const read = await spending(share, () => this.http.postJson(url, JSON.parse(String(body)), options));
      if (read.status !== 200) throw badReply(this.name, read, `failed with status ${read.status}`);
      return new Response(read.text, { headers: { 'content-type': 'application/json' } });
    } catch (error) {
      throw new Unreached(error);
    }
  }
}

/** Tells apart, behind the SDK, what went wrong on the way from what was wrong with the answer. */
class Unreached extends Error {
  constructor(override readonly cause: unknown) {
    super('not reached');
  }
}

function lowerCased(headers: RequestInit['headers']): Record<string, string> {
  return Object.fromEntries(new Headers(headers));
}

function requestFor(task: string) {
  const part = { content: { $case: 'text' as const, value: task }, metadata: undefined, filename: '' };
  const message: Message = {
    messageId: randomUUID(),
    role: Role.ROLE_USER,
    contextId: '',
    taskId: '',
    parts: [{ ...part, mediaType: 'text/plain' }],
    metadata: undefined,
    extensions: [],
    referenceTaskIds: [],
  };
  const configuration = {
    acceptedOutputModes: ['text/plain'],
    taskPushNotificationConfig: undefined,
    returnImmediately: false,
  };
  return { tenant: '', message, configuration, metadata: undefined };
}

function answerIn(agent: string, result: Message | Task): string {
  if (!('status' in result)) return textOf([result]);
  const { state = TaskState.TASK_STATE_UNSPECIFIED, message } = result.status ?? {};
  const lastWords = message ? textOf([message]) : '';
  if (state === TaskState.TASK_STATE_COMPLETED) return textOf(result.artifacts) || lastWords;
  const problem = `the task of agent "${agent}" is ${ENDS[state] ?? 'of an unknown state'}`;
  throw new DelegationError(problem, { forModel: lastWords ? `${problem}: ${lastWords}` : problem });
}

/** States that are no answer. */
const ENDS: Readonly<Partial<Record<TaskState, string>>> = {
  [TaskState.TASK_STATE_FAILED]: 'failed',
  [TaskState.TASK_STATE_CANCELED]: 'canceled',
  [TaskState.TASK_STATE_REJECTED]: 'rejected',
  [TaskState.TASK_STATE_INPUT_REQUIRED]: 'input-required',
  [TaskState.TASK_STATE_AUTH_REQUIRED]: 'auth-required',
};

function textOf(holders: readonly Pick<Message, 'parts'>[]): string {
  const parts = holders.flatMap((holder) => holder.parts);
  return parts.flatMap(({ content }) => (content?.$case === 'text' ? content.value : [])).join('\n');
}
