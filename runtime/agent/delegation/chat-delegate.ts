import { z } from 'zod';
import { CARD_PATH, CHAT_PATH, type PeerAgent } from '../../contract';
import { DelegationError } from '../../process/failure-for-model';
import { type HttpClient, type JsonReply } from '../../process/http-client';
import { type Secret } from '../../process/secret';
import { NO_LIMITS } from '../budget';
import { CardReader } from './card-reader';
import { badReply, type Delegate, reaching, spending } from './delegate';
import { delegationContext } from './delegation-context';
import { type Delegation, delegationToHeaders } from './delegation-headers';
import { type RequestScope } from '../request-scope';

interface Options {
  /** Name of the agent that delegates. */
  readonly caller: string;
  /** Messages of the conversation that are told beside a task, at most. */
  readonly contextLimit: number;
  readonly apiKey: Secret;
  readonly timeoutMs: number;
}

/** An agent of ours: its card says what it is good at, and it takes tasks as chat completions. */
export class KaosDelegate implements Delegate {
  readonly name: string;
  readonly url: URL;
  private readonly card: CardReader<z.infer<typeof card>>;

  constructor(
    private readonly agent: PeerAgent,
    private readonly options: Options,
    private readonly http: HttpClient,
  ) {
    this.name = agent.name;
    this.url = new URL(agent.url);
    this.card = new CardReader({ url: agent.url + CARD_PATH, schema: card }, http);
    this.chatUrl = agent.url + CHAT_PATH;
  }

  private readonly chatUrl: string;

  async describe(signal: AbortSignal): Promise<string> {
    return (await this.card.recall(signal)).description;
  }

  take(task: string, request: RequestScope): Promise<string> {
    const { signal, conversation = [], share } = request;
    const { apiKey, contextLimit, timeoutMs } = this.options;
    const delegation = delegationToHeaders(this.delegation(request));
    const context = delegationContext(conversation, contextLimit);
    const messages = [...context, { role: 'task-delegation', content: task }];
    const body = { model: this.name, messages, stream: false };
    return reaching(this.name, signal, async () => {
      const headers = { ...delegation, ...(await apiKey.asBearer()) };
      const options = { headers, signal, timeoutMs };
      const reply = await spending(share, () => this.http.postJson(this.chatUrl, body, options));
      return answerIn(this.name, reply);
    });
  }

  private delegation({ ancestors, allowCycle = false, deadline, share }: RequestScope): Delegation {
    const { caller, timeoutMs } = this.options;
    return {
      ancestors: [...ancestors, caller],
      // Who closes a circle on purpose means all of it, not its first round alone.
      allowCycle: allowCycle || (this.agent.allowCycle ?? false),
      timeoutMs: deadline === undefined ? timeoutMs : Math.min(timeoutMs, deadline - performance.now()),
      left: share?.limits ?? NO_LIMITS,
    };
  }
}

/** An agent that somebody else runs and that knows chat completions alone: what it is good at we were told. */
export class OpenAIDelegate implements Delegate {
  readonly name: string;
  readonly url: URL;
  private readonly chatUrl: string;

  constructor(
    private readonly agent: PeerAgent,
    private readonly options: Pick<Options, 'apiKey' | 'timeoutMs'>,
    private readonly http: HttpClient,
  ) {
    this.name = agent.name;
    this.url = new URL(agent.url);
    this.chatUrl = agent.url.replace(/\/v1$/, '') + CHAT_PATH;
  }

  describe(): Promise<string> {
    return Promise.resolve(this.agent.description ?? '');
  }

  take(task: string, { signal, share }: RequestScope): Promise<string> {
    const { apiKey, timeoutMs } = this.options;
    const model = this.agent.model ?? this.name;
    const body = { model, messages: [{ role: 'user', content: task }], stream: false };
    return reaching(this.name, signal, async () => {
      const headers = await apiKey.asBearer();
      const options = { headers, signal, timeoutMs };
      const reply = await spending(share, () => this.http.postJson(this.chatUrl, body, options));
      return answerIn(this.name, reply);
    });
  }
}

function answerIn(agent: string, reply: JsonReply): string {
  if (reply.status !== 200) throw failed(agent, reply);
  const waiting = waits.safeParse(reply.json);
  if (waiting.success) throw waitsForApproval(agent, waiting.data.kaos.calls);
  const message = completion.safeParse(reply.json).data?.choices[0].message;
  const answer = message?.content ?? message?.refusal;
  if (typeof answer === 'string') return answer;
  throw badReply(agent, reply, 'answered with something else than a chat completion');
}

/** Only a person may approve, and the model that delegates is none. */
function waitsForApproval(agent: string, calls: readonly { readonly tool: string }[]): DelegationError {
  const problem = `agent "${agent}" waits for a person's approval`;
  const tools = calls.map(({ tool }) => tool).join(', ');
  return new DelegationError(problem, { forModel: `${problem} of: ${tools}; the task is not done` });
}

function failed(agent: string, reply: JsonReply): DelegationError {
  const code = refusal.safeParse(reply.json).data?.error.code;
  return badReply(
    agent,
    reply,
    `failed with status ${reply.status}${code === undefined ? '' : ` (${code})`}`,
  );
}

const card = z.object({ description: z.string() });

/** What an agent of ours says beside a completion when calls of its wait. */
const waits = z.object({
  kaos: z.object({
    status: z.literal('approval_required'),
    calls: z.array(z.object({ tool: z.string() })),
  }),
});

const completion = z.object({
  choices: z
    .tuple([
      z.object({ message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }) }),
    ])
    .rest(z.unknown()),
});

/** A code is a word that a program knows; free text is content and stays out of traces. */
const refusal = z.object({ error: z.object({ code: z.string().regex(/^[a-z_]{1,40}$/) }) });
