import { setTimeout as delay } from 'node:timers/promises';
import { ask, type Outcome } from './ask';
import { UserError } from './errors';
import { type LocalSystem } from './system';
import { type Workload } from './workload';

/** A connection breaks a little before its process is seen to end. */
const END_MS = 1_000;

/**
 * Asks an agent of a system that runs.
 *
 * @throws UserError when there is no answer at all; it says how the agent ended, where it did
 */
export async function askAgent(
  system: LocalSystem,
  agent: Workload,
  message: string,
  signal: AbortSignal,
): Promise<Outcome> {
  const ended = system.endOf(agent);
  try {
    return await ask(system.asked(agent), message, signal);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const reason = await Promise.race([ended, delay(END_MS, undefined, { ref: false })]);
    if (reason === undefined) throw error;
    throw new UserError(`${agent.title} ${reason} before it had answered`, { cause: error });
  }
}
