import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { A2A_CARD_PATH, type PeerAgent } from '../contract';
import { DelegationError } from '../process/errors';
import { type HttpClient } from '../process/http-client';
import { type Secret, SecretError } from '../process/secret';
import { CardReader } from './card-reader';
import { badReply, type Delegate, reaching } from './delegate';
import { type RequestScope } from './request-scope';

const FIRST_LOOK_MS = 250;
const LAST_LOOK_MS = 4_000;

/**
 * An agent that speaks A2A over JSON-RPC, as far as a task and its answer in text need it.
 *
 * @see https://a2a-protocol.org/v0.3.0/specification/
 */
export class A2ADelegate implements Delegate {
  readonly name: string;
  readonly url: URL;
  private readonly card: CardReader<Card>;

  constructor(
    agent: PeerAgent,
    private readonly options: { readonly apiKey: Secret; readonly timeoutMs: number },
    private readonly http: HttpClient,
  ) {
    this.name = agent.name;
    this.url = new URL(agent.url);
    const url = agent.url + A2A_CARD_PATH;
    this.card = new CardReader({ url, schema: card, apiKey: options.apiKey }, http);
  }

  async describe(signal: AbortSignal): Promise<string> {
    return (await this.card.recall(signal))?.description ?? '';
  }

  take(task: string, request: RequestScope): Promise<string> {
    // A task that is asked for again and again takes its time too.
    const signal = AbortSignal.any([request.signal, AbortSignal.timeout(this.options.timeoutMs)]);
    return reaching(this.name, request.signal, async () => {
      const endpoint = await this.endpoint(signal);
      const message = {
        kind: 'message',
        role: 'user',
        messageId: randomUUID(),
        parts: [{ kind: 'text', text: task }],
      };
      const configuration = { blocking: true, acceptedOutputModes: ['text/plain'] };
      let result = await this.call(endpoint, 'message/send', { message, configuration }, signal);
      for (let lookMs = FIRST_LOOK_MS; isRunning(result); lookMs = Math.min(lookMs * 2, LAST_LOOK_MS)) {
        await delay(lookMs, undefined, { signal });
        result = await this.call(endpoint, 'tasks/get', { id: result.id }, signal);
      }
      return answerIn(this.name, result);
    });
  }

  /** Keys are shown, and requests sent, to nobody but whom the configuration names: a card is somebody else's word. */
  private async endpoint(signal: AbortSignal): Promise<string> {
    const url = jsonRpcUrl(await this.readCard(signal));
    if (url === undefined) throw new DelegationError(`agent "${this.name}" does not speak JSON-RPC`);
    if (URL.canParse(url) && new URL(url).origin === this.url.origin) return url;
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

  private async call(endpoint: string, method: string, params: object, signal: AbortSignal): Promise<Result> {
    const { apiKey, timeoutMs } = this.options;
    const body = { jsonrpc: '2.0', id: randomUUID(), method, params };
    const headers = await apiKey.asBearer();
    const reply = await this.http.postJson(endpoint, body, { headers, signal, timeoutMs });
    if (reply.status !== 200) throw badReply(this.name, reply, `failed with status ${reply.status}`);
    const { data } = response.safeParse(reply.json);
    if (!data) throw badReply(this.name, reply, 'answered with something else than A2A');
    if ('error' in data) throw badReply(this.name, reply, `failed with JSON-RPC error ${data.error.code}`);
    return data.result;
  }
}

const parts = z.array(z.looseObject({ text: z.string().optional() }));
const message = z.object({ kind: z.literal('message'), parts });
const task = z.object({
  kind: z.literal('task'),
  id: z.string(),
  status: z.object({ state: z.string(), message: z.object({ parts }).nullish() }),
  artifacts: z.array(z.object({ parts })).nullish(),
});
const response = z.union([
  z.object({ error: z.object({ code: z.number() }) }),
  z.object({ result: z.discriminatedUnion('kind', [message, task]) }),
]);
const card = z.object({
  description: z.string(),
  url: z.string(),
  preferredTransport: z.string().default('JSONRPC'),
  additionalInterfaces: z.array(z.object({ transport: z.string(), url: z.string() })).default([]),
});

type Card = z.infer<typeof card>;

type Task = z.infer<typeof task>;
type Result = z.infer<typeof message> | Task;

function jsonRpcUrl({ url, preferredTransport, additionalInterfaces }: Card): string | undefined {
  const all = [{ transport: preferredTransport, url }, ...additionalInterfaces];
  return all.find(({ transport }) => transport === 'JSONRPC')?.url;
}

function isRunning(result: Result): result is Task {
  return result.kind === 'task' && ['submitted', 'working'].includes(result.status.state);
}

function answerIn(agent: string, result: Result): string {
  if (result.kind === 'message') return textOf([result]);
  const { state, message: said } = result.status;
  const lastWords = said ? textOf([said]) : '';
  if (state === 'completed') return textOf(result.artifacts ?? []) || lastWords;
  const known = ENDS.find((end) => end === state) ?? 'of an unknown state';
  const problem = `the task of agent "${agent}" is ${known}`;
  throw new DelegationError(problem, { forModel: lastWords ? `${problem}: ${lastWords}` : problem });
}

/** States that are no answer. */
const ENDS = ['failed', 'canceled', 'rejected', 'input-required', 'auth-required'] as const;

function textOf(holders: readonly { readonly parts: z.infer<typeof parts> }[]): string {
  return holders.flatMap((holder) => holder.parts.flatMap(({ text }) => text ?? [])).join('\n');
}
