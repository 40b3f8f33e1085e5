import { z } from 'zod';
import { DeadlineError } from '../../process/errors';
import { DelegationError } from '../../process/failure-for-model';
import { FAIR_WAIT_MS, type PeerBreaker, type Verdict } from '../../process/peer-breaker';
import { SecretError } from '../../process/secret';
import { delegateTo, DELEGATION_PREFIX } from '../../telemetry/tool-operations';
import { type Delegate } from './delegate';
import { type Offer, type Tool, type Tools } from '../tools/tools';

/** Another agent, and whether it is worth calling. */
export interface SubAgent {
  readonly delegate: Delegate;
  readonly breaker: PeerBreaker;
}

/** Other agents, each offered to the model as a tool that takes a task. */
export class SubAgents implements Tools {
  constructor(private readonly agents: readonly SubAgent[]) {}

  /** An agent whose card cannot be read is offered all the same: it may be back when it is called. */
  list(signal: AbortSignal): Offer | Promise<Offer> {
    return this.agents.length === 0 ? NOBODY : this.offers(signal);
  }

  private async offers(signal: AbortSignal): Promise<Offer> {
    const there = this.agents.filter(({ breaker }) => !breaker.isOpen);
    const away = this.agents.filter(({ breaker }) => breaker.isOpen);
    return {
      tools: await Promise.all(there.map((agent) => offer(agent, signal))),
      unavailable: away.map(({ breaker }) => breaker.peer),
    };
  }
}

const NOBODY: Offer = { tools: [], unavailable: [] };

async function offer(agent: SubAgent, signal: AbortSignal): Promise<Tool> {
  const { delegate, breaker } = agent;
  const { name, url } = delegate;
  const description = await describe(agent, signal);
  return {
    kind: 'delegation',
    name: DELEGATION_PREFIX + name,
    origin: name,
    spec: {
      name: DELEGATION_PREFIX + name,
      description: `Hand a task to the agent "${name}". ${description}`.trim(),
      parameters: TASK_SCHEMA,
    },
    operation: delegateTo(name, url),
    call: async (args, request) => {
      const { data } = taskArguments.safeParse(args);
      if (!data) throw new DelegationError(`give agent "${name}" a "task": what it is to do, as text`);
      if (breaker.isOpen)
        throw new DelegationError(`agent "${name}" is unavailable`, { isUnreachable: true });
      const lacks = request.share?.lacks;
      if (lacks) throw new DelegationError(`agent "${name}" is not asked: the request has no ${lacks} left`);
      return breaker.watch(() => delegate.take(data.task, request), judge);
    },
  };
}

async function describe({ delegate, breaker }: SubAgent, signal: AbortSignal): Promise<string> {
  try {
    // That it can be described says nothing: its card may have been read long ago.
    return await delegate.describe(signal);
  } catch (error) {
    const isAnswered = error instanceof z.ZodError || error instanceof SyntaxError;
    if (!signal.aborted && !isAnswered && !(error instanceof SecretError)) breaker.fault(error);
    return '';
  }
}

/** An agent that took all the time there was may hang; if it does not, it is back as soon as it is tried. */
function judge(error: unknown, waitedMs: number): Verdict {
  if (error instanceof DelegationError) return error.isUnreachable ? 'dead' : 'alive';
  return error instanceof DeadlineError && waitedMs >= FAIR_WAIT_MS ? 'dead' : undefined;
}

const TASK_SCHEMA = {
  type: 'object',
  properties: {
    task: { type: 'string', description: 'What the agent is to do, with all that it needs to know' },
  },
  required: ['task'],
} as const;

const taskArguments = z.object({ task: z.string().min(1) });
