import { type z } from 'zod';

/** What a handler may use beside its arguments. */
export interface ToolContext {
  /** Aborted when the caller gives up or the time of the call is up. Pass it on to whatever the handler waits for. */
  readonly signal: AbortSignal;
  /** Log lines that carry the trace of the call and the name of the tool. */
  readonly log: ToolLog;
  /** The trace that the call is part of. */
  readonly trace: ToolTrace;
}

/**
 * Writes lines to the server's log, as far as LOG_LEVEL lets them. An error among the fields goes by the name `err`.
 *
 * @example
 * log.warn('the index is old', { days: 12 });
 */
export interface ToolLog {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** What a handler does, told in the trace of its caller. */
export interface ToolTrace {
  /**
   * Headers (`traceparent` and what else is in use) that carry the trace to whatever is called; none without telemetry.
   *
   * @example
   * await fetch(url, { signal, headers: trace.headers() });
   */
  headers(): Record<string, string>;
  /**
   * Does work in a span of its own, below that of the call. What it throws is recorded there and thrown on.
   *
   * @param name of few values: texts of users belong into attributes, if anywhere
   */
  span<T>(
    name: string,
    work: () => T | Promise<T>,
    attributes?: Readonly<Record<string, string | number | boolean>>,
  ): Promise<T>;
}

/** A JSON Schema of type `object`. */
export interface JsonSchema {
  readonly type: 'object';
  readonly [keyword: string]: unknown;
}

/**
 * What a handler returns: text goes to the caller as it is, content blocks of MCP (`{ content: [{ type: 'image', … }] }`,
 * with `structuredContent` and `isError` beside them where wanted) as well, anything else as JSON. To report a failure,
 * throw.
 */
export type ToolResult = unknown;

/** A tool: what the model reads, what it must send, and the code that answers. */
export interface ToolDefinition<Input extends z.ZodObject | JsonSchema = z.ZodObject | JsonSchema> {
  /**
   * What the model calls it. Letters, digits, `_` and `-`.
   * @default - the name of the export that holds it
   */
  readonly name?: string;
  /** What the tool does and when to use it, for the model. */
  readonly description: string;
  /** Schema of the arguments: a zod object, or a JSON Schema of type `object`. */
  readonly input: Input;
  /** Runs the tool on arguments that fit the schema. */
  handler(args: ToolArguments<Input>, context: ToolContext): ToolResult | Promise<ToolResult>;
}

/** Arguments of a tool: typed by a zod schema, a plain object under a JSON Schema. */
export type ToolArguments<Input> = Input extends z.ZodObject
  ? z.output<Input>
  : Readonly<Record<string, unknown>>;

const TOOL = Symbol.for('cdk8s-kaos.tool');

/**
 * Defines a tool. A tool module exports what this returns; its other exports are not tools.
 *
 * @example
 * export const add = tool({
 *   description: 'Adds two numbers',
 *   input: z.object({ a: z.number(), b: z.number() }),
 *   handler: ({ a, b }) => String(a + b),
 * });
 */
export function tool<const Input extends z.ZodObject | JsonSchema>(
  definition: ToolDefinition<Input>,
): ToolDefinition<Input> {
  return Object.assign({ ...definition }, { [TOOL]: true });
}

/** Whether a module's export was made by {@link tool}. */
export function isTool(value: unknown): value is ToolDefinition {
  return typeof value === 'object' && value !== null && TOOL in value;
}
