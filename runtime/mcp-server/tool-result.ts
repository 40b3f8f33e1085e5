import { type CallToolResult, CallToolResultSchema } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import { ToolError } from '../process/failure-for-model';

/** A tool answered that it failed. Its caller gets the answer as it is; the span of the call says that it failed. */
export class FailedResult extends ToolError {
  readonly #result: CallToolResult;

  constructor(tool: string, result: CallToolResult) {
    super('tool_error', `tool "${tool}" answered with an error`);
    this.#result = result;
  }

  get result(): CallToolResult {
    return this.#result;
  }
}

/** @throws FailedResult when it says of itself that it is a failure */
export function succeeded(tool: string, result: CallToolResult): CallToolResult {
  if (result.isError) throw new FailedResult(tool, result);
  return result;
}

/**
 * What a handler returned, as the protocol has it.
 *
 * @throws ToolError when it looks like content blocks, and the protocol has no such blocks
 */
export function toResult(tool: string, value: unknown): CallToolResult {
  if (hasContent(value)) return checked(tool, value);
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return { content: [{ type: 'text', text }] };
}

const KEYS: readonly string[] = ['content', 'structuredContent', 'isError', '_meta'];
const BLOCKS: readonly unknown[] = ['text', 'image', 'audio', 'resource', 'resource_link'];

/** Data may have something called `content` too; nothing but content blocks has only that, and all of these types. */
function hasContent(value: unknown): value is CallToolResult {
  if (typeof value !== 'object' || value === null || !('content' in value)) return false;
  const { content } = value;
  return (
    Object.keys(value).every((key) => KEYS.includes(key)) &&
    Array.isArray(content) &&
    content.every((block: { type?: unknown } | null | undefined) => BLOCKS.includes(block?.type))
  );
}

function checked(tool: string, value: CallToolResult): CallToolResult {
  const parsed = CallToolResultSchema.safeParse(value);
  if (parsed.success) return value;
  throw new ToolError('tool_error', `tool "${tool}" returned content that MCP does not have`, {
    forModel: z.prettifyError(parsed.error),
  });
}
