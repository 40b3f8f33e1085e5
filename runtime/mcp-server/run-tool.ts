import { type CallToolResult, type Progress } from '@modelcontextprotocol/sdk/types.js';
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/server/validators/ajv';
import { z } from 'zod';
import { ConfigError } from '../contract';
import { ToolError } from '../process/failure-for-model';
import { type NamedTool } from './load-tools';
import { type JsonSchema, type ToolDefinition } from './tool';
import { toolContexts, type ToolTelemetry } from './tool-context';
import { succeeded, toResult } from './tool-result';

/** What came with a call beside its arguments. */
export interface CallOrigin {
  /** The `_meta` of the request. */
  readonly meta?: Readonly<Record<string, unknown>> | undefined;
  /** Tells the caller how far the call is; undefined when it did not ask. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** A tool that is ready to be offered and called. */
export interface RunnableTool {
  readonly name: string;
  readonly description: string | undefined;
  readonly inputSchema: JsonSchema;
  /** What else the list says of it, such as its title, annotations and the schema of its output. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** @throws ToolError when the arguments do not fit the schema, the handler throws, or it answers with a failure */
  run(args: unknown, signal: AbortSignal, origin?: CallOrigin): Promise<CallToolResult>;
}

export function runnableTool({ name, definition }: NamedTool, telemetry: ToolTelemetry): RunnableTool {
  const { inputSchema, check } = readSchema(name, definition);
  const contextOf = toolContexts(name, telemetry);
  return {
    name,
    description: definition.description,
    inputSchema,
    async run(args, signal) {
      const checked = check(args ?? {});
      try {
        return succeeded(name, toResult(name, await definition.handler(checked as never, contextOf(signal))));
      } catch (error) {
        if (error instanceof ToolError) throw error;
        const forModel = error instanceof Error ? error.message : String(error);
        throw new ToolError('tool_error', `tool "${name}" threw`, { forModel, cause: error });
      }
    },
  };
}

/** @throws ConfigError naming the tool whose schema a model cannot be shown */
function readSchema(name: string, definition: ToolDefinition) {
  try {
    return { inputSchema: jsonSchemaOf(definition), check: argumentsCheck(definition) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError([
      `MCP_TOOL_MODULES: the input schema of tool "${name}" is no JSON Schema: ${reason}`,
    ]);
  }
}

function jsonSchemaOf({ input }: ToolDefinition): JsonSchema {
  return isZod(input) ? (z.toJSONSchema(input, { io: 'input' }) as unknown as JsonSchema) : input;
}

function argumentsCheck({ input }: ToolDefinition): (args: unknown) => unknown {
  if (isZod(input)) {
    return (args) => {
      const parsed = input.safeParse(args);
      if (parsed.success) return parsed.data;
      throw invalidArguments(z.prettifyError(parsed.error));
    };
  }
  const validate = new AjvJsonSchemaValidator().getValidator<unknown>(input);
  return (args) => {
    const result = validate(args);
    if (result.valid) return result.data;
    throw invalidArguments(result.errorMessage);
  };
}

function invalidArguments(forModel: string): ToolError {
  return new ToolError('tool_arguments_invalid', 'the arguments do not fit the schema', { forModel });
}

function isZod(input: ToolDefinition['input']): input is z.ZodObject {
  return input instanceof z.ZodObject || '_zod' in input;
}
