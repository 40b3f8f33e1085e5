import { HttpError } from './errors';

/**
 * A limit of the request is used up without an answer. Not a server error: clients repeat those by themselves, and
 * a repeated loop costs as much again.
 */
export abstract class LimitError extends HttpError {
  override readonly severity = 'warn';
  readonly status = 422;
  readonly category = 'agent_error';
}

/** The loop used up its steps without an answer. */
export class StepLimitError extends LimitError {
  readonly code = 'max_steps_reached';

  constructor(maxSteps: number) {
    super(`Reached maximum reasoning steps (${maxSteps})`);
  }
}

/** The loop, and those of the agents that it handed tasks on to, used up their steps without an answer. */
export class TotalStepLimitError extends LimitError {
  readonly code = 'max_total_steps_reached';

  constructor(maxTotalSteps: number) {
    super(`Reached maximum reasoning steps of all agents (${maxTotalSteps})`);
  }
}

/** The model asked for more tool calls than a request may make. */
export class ToolCallLimitError extends LimitError {
  readonly code = 'max_tool_calls_reached';

  constructor(maxToolCalls: number) {
    super(`Reached maximum tool calls (${maxToolCalls})`);
  }
}

/** The model used up its tokens without an answer. */
export class TokenLimitError extends LimitError {
  readonly code = 'max_tokens_reached';

  constructor(maxTokens: number) {
    super(`Reached maximum tokens (${maxTokens})`);
  }
}

/** The request came through more agents than this one accepts: agents that delegate in a circle end here. */
export class DelegationDepthError extends LimitError {
  readonly code = 'delegation_too_deep';

  constructor(maxDepth: number, chain: readonly string[]) {
    super(`Delegated deeper than ${maxDepth}: ${chain.join(' > ')}`);
  }
}

/** The request came back to an agent that it came through. */
export class DelegationCycleError extends LimitError {
  readonly code = 'delegation_cycle';

  constructor(chain: readonly string[]) {
    super(`Delegated in a circle: ${chain.join(' > ')}`);
  }
}
