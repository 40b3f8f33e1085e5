import { z } from 'zod';
import { DelegationError } from '../process/errors';
import { delegateTo } from '../telemetry/operations';
import { type Delegate } from './delegate';
import { type Tool, type Tools } from './tools';

/** Other agents, each offered to the model as a tool that takes a task. */
export class SubAgents implements Tools {
  constructor(private readonly agents: readonly Delegate[]) {}

  /** An agent whose card cannot be read is offered all the same: it may be back when it is called. */
  list(signal: AbortSignal): Promise<Tool[]> {
    return Promise.all(
      this.agents.map(async (agent): Promise<Tool> => ({
        kind: 'delegation',
        name: `delegate_to_${agent.name}`,
        origin: agent.name,
        spec: {
          name: `delegate_to_${agent.name}`,
          description: `Hand a task to the agent "${agent.name}". ${await agent.describe(signal)}`.trim(),
          parameters: TASK_SCHEMA,
        },
        operation: delegateTo(agent.name, agent.url),
        call: async (args, request) => {
          const { data } = taskArguments.safeParse(args);
          if (data) return agent.take(data.task, request);
          throw new DelegationError(`give agent "${agent.name}" a "task": what it is to do, as text`);
        },
      })),
    );
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
