import { trace } from '@opentelemetry/api';
import { latest, shortened } from '../telemetry/message-content';
import { CONTENT } from '../telemetry/names';
import { type RunnableTool } from './run-tool';

/** The tool, telling on the span of each call what it was given and what came of it. */
export function capturingTool(tool: RunnableTool): RunnableTool {
  return {
    ...tool,
    async run(args, signal) {
      const span = trace.getActiveSpan();
      span?.setAttribute(CONTENT.toolArguments, shortened(JSON.stringify(args ?? {})));
      const result = await tool.run(args, signal);
      span?.setAttribute(CONTENT.toolResult, latest(result.content));
      return result;
    },
  };
}
