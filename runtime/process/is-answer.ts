import { ErrorCode, McpError } from '@modelcontextprotocol/sdk/types.js';

/** Whether an error is what the server answered; a time-out and a lost connection the client makes up itself. */
export function isAnswer(error: unknown): error is McpError {
  const madeUp: readonly number[] = [ErrorCode.RequestTimeout, ErrorCode.ConnectionClosed];
  return error instanceof McpError && !madeUp.includes(error.code);
}
