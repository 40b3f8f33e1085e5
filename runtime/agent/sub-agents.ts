import { z } from 'zod';
import { CARD_PATH, CHAT_PATH, type Peer } from '../contract';
import { CancelledError, DelegationError } from '../process/errors';
import { type HttpClient, type JsonReply } from '../process/http-client';
import { delegateTo } from '../telemetry/operations';
import { type Tool, type Tools } from './tools';

const CARD_TIMEOUT_MS = 2_000;
/** An agent may be rolled out with another description; its callers are not, and so they look again. */
const CARD_FRESH_MS = 30_000;

/** Other agents, each offered to the model as a tool that takes a task. */
export class SubAgents implements Tools {
  private readonly descriptions = new Map<string, { readonly text: string; readonly readAt: number }>();

  constructor(
    private readonly agents: readonly Peer[],
    private readonly timeoutMs: number,
    private readonly http: HttpClient,
  ) {}

  list(signal: AbortSignal): Promise<Tool[]> {
    return Promise.all(
      this.agents.map(async (agent) => ({
        origin: agent.name,
        spec: {
          name: `delegate_to_${agent.name}`,
          description:
            `Hand a task to the agent "${agent.name}". ${await this.describe(agent, signal)}`.trim(),
          parameters: TASK_SCHEMA,
        },
        operation: delegateTo(agent.name, new URL(agent.url)),
        call: (args, callSignal) => this.delegate(agent, args, callSignal),
      })),
    );
  }

  /** An agent whose card cannot be read is offered all the same: it may be back when it is called. */
  private async describe({ name, url }: Peer, signal: AbortSignal): Promise<string> {
    const known = this.descriptions.get(name);
    if (known && performance.now() - known.readAt < CARD_FRESH_MS) return known.text;
    try {
      const options = { method: 'GET', signal, timeoutMs: CARD_TIMEOUT_MS } as const;
      const reply = await this.http.request(url + CARD_PATH, options);
      const { description } = card.parse(await reply.body.json());
      this.descriptions.set(name, { text: description, readAt: performance.now() });
      return description;
    } catch {
      return known?.text ?? '';
    }
  }

  private async delegate(
    agent: Peer,
    args: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
  ): Promise<string> {
    const { data } = taskArguments.safeParse(args);
    if (!data) throw new DelegationError(`give agent "${agent.name}" a "task": what it is to do, as text`);
    const { status, text, json } = await this.post(agent, data.task, signal);
    const answer = completion.safeParse(status === 200 ? json : undefined);
    if (answer.success) return answer.data.choices[0].message.content;
    throw new DelegationError(
      status === 200
        ? `agent "${agent.name}" answered with something else than a chat completion`
        : `agent "${agent.name}" failed with status ${status}`,
      { upstreamStatus: status, cause: new Error(text.slice(0, 300)) },
    );
  }

  private async post(agent: Peer, task: string, signal: AbortSignal): Promise<JsonReply> {
    const body = { model: agent.name, messages: [{ role: 'task-delegation', content: task }], stream: false };
    try {
      return await this.http.postJson(agent.url + CHAT_PATH, body, { signal, timeoutMs: this.timeoutMs });
    } catch (error) {
      if (signal.aborted) throw new CancelledError();
      throw new DelegationError(`agent "${agent.name}" cannot be reached`, { cause: error });
    }
  }
}

const TASK_SCHEMA = {
  type: 'object',
  properties: {
    task: { type: 'string', description: 'What the agent is to do, with all that it needs to know' },
  },
  required: ['task'],
} as const;

const taskArguments = z.object({ task: z.string().min(1) });

const card = z.object({ description: z.string() });

const completion = z.object({
  choices: z.tuple([z.object({ message: z.object({ content: z.string() }) })]).rest(z.unknown()),
});
