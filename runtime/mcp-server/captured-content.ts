import { type CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { trace } from '@opentelemetry/api';
import { latest, shortened } from '../telemetry/message-content';
import { CONTENT } from '../telemetry/names';
import { type RunnableTool } from './run-tool';
import { FailedResult } from './tool-result';

/** The tool, telling on the span of each call what it was given and what came of it. */
export function capturingTool(tool: RunnableTool): RunnableTool {
  return {
    ...tool,
    async run(args, signal, origin) {
      const span = trace.getActiveSpan();
      span?.setAttribute(CONTENT.toolArguments, shortened(JSON.stringify(args ?? {})));
      const tell = ({ content }: CallToolResult) => span?.setAttribute(CONTENT.toolResult, latest(content));
      try {
        const result = await tool.run(args, signal, origin);
        tell(result);
        return result;
      } catch (error) {
        if (error instanceof FailedResult) tell(error.result);
        throw error;
      }
    },
  };
}
