import { allOf } from '../../process/all-of';
import { type Operation } from '../../telemetry/operations';
import { type FunctionSpec } from '../model/chat';
import { type RequestScope, untilAborted } from '../request-scope';
import { byName } from './tool-names';

/** What the model is told of a call that failed begins so. */
export const TOOL_FAILURE = 'Error: ';

/** Something the model may call: a tool of an MCP server, or another agent. */
export interface Tool {
  readonly kind: 'tool' | 'delegation';
  /** What its origin calls it; the model may call it otherwise. */
  readonly name: string;
  readonly spec: FunctionSpec;
  /** The server or agent behind it. */
  readonly origin: string;
  /** What a call of it is called on traces and metrics. */
  readonly operation: Operation;
  /**
   * @returns what the model is told
   * @throws ToolError or DelegationError
   */
  call(args: Readonly<Record<string, unknown>>, request: RequestScope): Promise<string>;
}

/** What can be called now, and whose tools cannot. */
export interface Offer {
  readonly tools: readonly Tool[];
  /** Who is away, as the model and people are told of it. */
  readonly unavailable: readonly string[];
}

/** Where tools come from. */
export interface Tools {
  /** A source that cannot be reached offers nothing, and is soon done with it. What is known is there at once. */
  list(signal: AbortSignal): Offer | Promise<Offer>;
}

/** What a model is offered. */
export interface ToolList {
  /** By the names that the model calls them by. */
  readonly tools: ReadonlyMap<string, Tool>;
  readonly unavailable: readonly string[];
}

/**
 * The tools of all sources by the name that the model calls them by.
 *
 * @param taken names that somebody else's tools have
 */
export async function listTools(
  sources: readonly Tools[],
  signal: AbortSignal,
  taken: ReadonlySet<string> = new Set(),
): Promise<ToolList> {
  const listed = allOf(sources.map((source) => source.list(signal)));
  const offers = listed instanceof Promise ? await untilAborted(listed, signal) : listed;
  return {
    tools: byName(
      offers.flatMap((offer) => offer.tools),
      taken,
    ),
    unavailable: offers.flatMap((offer) => offer.unavailable),
  };
}
