import { ask } from '../local/ask';
import { type LocalSystem } from '../local/system';
import { type Workload } from '../local/workload';
import { askInBackground } from './ask-in-background';
import { askStreaming } from './ask-streaming';
import { needsStream } from './check-options';
import { type RunTopologyOptions } from './run-topology-options';
import { type TopologyRun } from './topology-run';

/** What whoever asked has of it. */
export type Said = Pick<TopologyRun, 'answer' | 'status' | 'traceId' | 'caller'>;

/** Asks an agent of a system that runs, and lets happen meanwhile what is to happen. */
export async function askSystem(
  system: LocalSystem,
  agent: Workload,
  options: RunTopologyOptions,
): Promise<Said> {
  const isCollectorAway = options.fault === 'collector-is-away';
  if (isCollectorAway) await system.closeReceiver();
  const said = await askOnce(system, agent, options);
  if (isCollectorAway) await system.reopenReceiver();
  return said;
}

async function askOnce(
  system: LocalSystem,
  agent: Workload,
  { message, background, fault, stream = needsStream(fault) }: RunTopologyOptions,
): Promise<Said> {
  const asked = system.asked(agent);
  if (background) return askInBackground(asked, message);
  const hangUp = new AbortController();
  if (!stream) {
    const { answer, status, traceId } = await ask(asked, message, hangUp.signal);
    return { answer, status, traceId, caller: null };
  }
  const { text, end, traceId } = await askStreaming(asked, message, hangUp.signal, () => {
    if (fault === 'client-hangs-up') hangUp.abort();
    if (fault === 'agent-is-stopped') void system.end(agent);
  });
  return { answer: text, status: end === 'done' ? 'ok' : (end ?? 'cut'), traceId, caller: null };
}
