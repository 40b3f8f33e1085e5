import { type Duration } from 'cdk8s';
import { type SecretValue } from 'cdk8s-plus-28';

/**
 * How an agent uses a tool server.
 *
 * @typeParam T names of the tools, where they are known
 */
export interface ToolUse<T extends string = string> {
  /**
   * The tools that its model is shown and may call.
   * @default - all that the server offers
   */
  readonly tools?: readonly T[];
  /**
   * The tools that are called only once a person approved, beside those of the agent's `toolApproval`. Waiting calls are
   * kept with the session, so the agent's `memory` must not be none.
   * @default - those of `toolApproval`
   */
  readonly approval?: 'always' | readonly T[];
  /**
   * Time for which a tool of the server may be silent.
   * @default - the agent's `toolTimeout`
   */
  readonly timeout?: Duration;
  /**
   * Key that the agent shows the server, from a Secret of the same name in the namespace of each of them. A server that we
   * run lets the agent in by it, and to no other tools than `tools`.
   * @default - the first of the server's `apiKeys`
   */
  readonly apiKey?: SecretValue;
}
