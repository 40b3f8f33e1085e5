import { type TopologyRun } from './topology-run';
import { refuse } from './trace-contract-error';

/**
 * The client got an answer, or an error that says so: not a stream that just stops. And the agent's last span arrived.
 *
 * @throws TraceContractError saying what the client got
 */
export function expectAnswered(run: TopologyRun): void {
  const ended = run.spans.some(({ name, service }) => name === 'agent.agentic_loop' && service === run.agent);
  refuse('expectAnswered', [
    ...(run.status === 'cut'
      ? [`the answer ends in the middle: ${JSON.stringify(run.answer.slice(-60))}`]
      : []),
    ...(ended ? [] : [`the loop of ${run.agent} has not arrived`]),
  ]);
}
