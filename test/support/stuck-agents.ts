import { z } from 'zod';
import { tool } from '../../runtime/mcp-server/tool';
import { type Listening, type Signal, signalled } from './http';
import { startLead } from './lead';
import { asksFor, inTurn, type Script } from './scripted-model';

/** An agent that is busy with each question until somebody ends it. */
export interface StuckAgent {
  readonly agent: Listening;
  readonly begun: Promise<void>;
  /** Settles when what it is busy with was ended. */
  readonly ended: Promise<void>;
}

/** Takes what is opened, for the caller to close. */
type Opened = { push(...parts: Listening[]): unknown };

const NEVER = new Promise<never>(() => undefined);

/** Each by what it is busy with; what it opens is for the caller to close. */
export const STUCK: readonly (readonly [what: string, start: (open: Opened) => Promise<StuckAgent>])[] = [
  ['the call of its model', stuckInModel],
  ['the call of its tool', stuckInTool],
  ['the call of a sub-agent’s model', stuckInSubAgent],
];

async function stuckInModel(open: Opened): Promise<StuckAgent> {
  const { script, begun } = hanging();
  const agent = await startLead(script);
  open.push(agent);
  return { agent, begun: begun.happened, ended: agent.model.hungUp };
}

async function stuckInTool(open: Opened): Promise<StuckAgent> {
  const [begun, ended] = [signalled(), signalled()];
  const stuck = tool({
    description: 'Never ends',
    input: z.object({}),
    handler: (_args, { signal }) => {
      signal.addEventListener('abort', () => ended.happen());
      begun.happen();
      return NEVER;
    },
  });
  const agent = await startLead(inTurn(asksFor(['stuck', {}])), {}, { stuck });
  open.push(agent);
  return { agent, begun: begun.happened, ended: ended.happened };
}

async function stuckInSubAgent(open: Opened): Promise<StuckAgent> {
  const { script, begun } = hanging();
  const worker = await startLead(script, { name: 'worker' });
  const subAgents = [{ name: 'worker', url: worker.url }];
  const agent = await startLead(inTurn(asksFor(['delegate_to_worker', { task: 'dig' }])), { subAgents });
  open.push(agent, worker);
  return { agent, begun: begun.happened, ended: worker.model.hungUp };
}

function hanging(): { script: Script; begun: Signal } {
  const begun = signalled();
  const script: Script = () => {
    begun.happen();
    return NEVER;
  };
  return { script, begun };
}
