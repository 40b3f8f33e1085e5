import { InvalidRequestError } from '../process/errors';
import { type ModelParameters } from './model/model';

/** Tools of the client's own. The model is told of them beside the agent's; the client carries their calls out. */
export interface ClientTools {
  readonly names: ReadonlySet<string>;
  /** As the client sent them. */
  readonly specs: readonly object[];
  readonly choice: ToolChoice | undefined;
}

export type ToolChoice =
  'auto' | 'none' | 'required' | { readonly type: 'function'; readonly function: { readonly name: string } };

export const NO_CLIENT_TOOLS: ClientTools = { names: new Set(), specs: [], choice: undefined };

/**
 * What a model call is told of the choice between tools. A call that the client demands is demanded once: demanded of
 * every turn, there would never be an answer.
 *
 * @throws InvalidRequestError when the client demands a tool that nobody has
 */
export function toolParameters(
  { choice, names }: ClientTools,
  tools: ReadonlyMap<string, unknown>,
  step: number,
): ModelParameters {
  if (choice === undefined || names.size + tools.size === 0) return {};
  if (typeof choice === 'object' && !names.has(choice.function.name) && !tools.has(choice.function.name)) {
    throw new InvalidRequestError(
      `tool_choice.function.name: there is no tool "${choice.function.name}"`,
      'tool_choice.function.name',
    );
  }
  const isDemand = choice === 'required' || typeof choice === 'object';
  return isDemand && step > 1 ? {} : { tool_choice: choice };
}
