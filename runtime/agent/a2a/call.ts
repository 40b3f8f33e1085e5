import { type ServerCallContext } from '@a2a-js/sdk/server';
import { type FastifyReply } from 'fastify';
import { type Delegation } from '../delegation/delegation-headers';

/** The HTTP request behind a call of the protocol. */
export interface A2ACall extends Delegation {
  readonly reply: FastifyReply;
  /** Whether the answer is to come piece by piece. */
  readonly streams: boolean;
  /**
   * Whether the task ends when the client hangs up. One that waits for the answer in one piece knows nothing of the
   * task by which it could ask for it later.
   */
  endsWithClient: boolean;
  /** Whether what went wrong is ours to answer for. */
  failed: boolean;
}

/** Whether somebody waits for the answer, whole or piece by piece. */
export function isAwaited({ streams, endsWithClient }: A2ACall): boolean {
  return streams || endsWithClient;
}

const KEY = 'call';

export function callState(call: A2ACall): Map<string, unknown> {
  return new Map([[KEY, call]]);
}

export function callOf(context: ServerCallContext): A2ACall {
  return context.state.get(KEY) as A2ACall; // the endpoint put it there
}
