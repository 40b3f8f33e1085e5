import { DelegationError, reasonOf } from '../process/errors';
import { type JsonReply } from '../process/http-client';
import { SecretError } from '../process/secret';
import { type RequestScope } from './request-scope';

/** Another agent, whatever it speaks. */
export interface Delegate {
  readonly name: string;
  readonly url: URL;
  /**
   * What it is good at, as far as that is known.
   *
   * @throws why nothing is known
   */
  describe(signal: AbortSignal): Promise<string>;
  /**
   * @returns its answer
   * @throws DelegationError
   */
  take(task: string, request: RequestScope): Promise<string>;
}

/**
 * Runs an exchange with an agent, and says of what goes wrong with it whose fault it is.
 *
 * @throws DelegationError, or why the request was given up
 */
export async function reaching<T>(
  agent: string,
  signal: AbortSignal,
  exchange: () => Promise<T>,
): Promise<T> {
  try {
    return await exchange();
  } catch (error) {
    if (signal.aborted) throw reasonOf(signal);
    if (error instanceof DelegationError) throw error;
    if (error instanceof SecretError)
      throw new DelegationError(`the key of agent "${agent}" cannot be read`, { cause: error });
    throw new DelegationError(`agent "${agent}" cannot be reached`, { cause: error, isUnreachable: true });
  }
}

/** An answer that is no answer. */
export function badReply(agent: string, { status, text }: JsonReply, problem: string): DelegationError {
  const cause = new Error(text.slice(0, 300));
  return new DelegationError(`agent "${agent}" ${problem}`, { upstreamStatus: status, cause });
}
