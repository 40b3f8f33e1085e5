import { type z } from 'zod';

/** What a handler may use beside its arguments. */
export interface ToolContext {
  /** Aborted when the caller gives up or the process stops. */
  readonly signal: AbortSignal;
}

/** A JSON Schema of type `object`. */
export interface JsonSchema {
  readonly type: 'object';
  readonly [keyword: string]: unknown;
}

/**
 * What a handler returns: text goes to the caller as it is, anything else as JSON. To report a failure, throw.
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
