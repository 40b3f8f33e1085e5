import { z } from 'zod';
import { reasonOf } from '../../process/errors';
import { DelegationError } from '../../process/failure-for-model';
import { type JsonReply, neverSent } from '../../process/http-client';
import { SecretError } from '../../process/secret';
import { type Share, type Used } from '../budget';
import { usedFromHeaders } from './delegation-headers';
import { type RequestScope } from '../request-scope';

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

/** Asks an agent, and takes down what it says that it used: one that has the task and gives no reply may have used it all. */
export async function spending(share: Share | undefined, ask: () => Promise<JsonReply>): Promise<JsonReply> {
  try {
    const reply = await ask();
    const used = usedIn(reply);
    if (used) share?.use(used);
    // The word of somebody on the way, who does not know.
    else if (reply.status === 502 || reply.status === 504) share?.useAll();
    return reply;
  } catch (error) {
    if (!neverSent(error)) share?.useAll();
    throw error;
  }
}

function usedIn({ headers, json }: JsonReply): Partial<Used> | undefined {
  const used = usedFromHeaders(headers);
  const tokens = used.tokens ?? usage.safeParse(json).data?.usage.total_tokens;
  return tokens === undefined ? undefined : { ...used, tokens };
}

const usage = z.object({ usage: z.object({ total_tokens: z.int().min(0) }) });

/** An answer that is no answer. */
export function badReply(agent: string, { status, text }: JsonReply, problem: string): DelegationError {
  const cause = new Error(text.slice(0, 300));
  return new DelegationError(`agent "${agent}" ${problem}`, { upstreamStatus: status, cause });
}
