import { ToolError } from '../process/failure-for-model';
import { type RunnableTool } from './run-tool';

/** The tool, given up when it has not answered in time, even if it does not listen to its signal. */
export function timeLimited(tool: RunnableTool, timeoutMs: number): RunnableTool {
  return {
    ...tool,
    async run(args, signal, origin) {
      const limit = new AbortController();
      const both = AbortSignal.any([signal, limit.signal]);
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => {
          const error = new ToolError(
            'tool_timeout',
            `tool "${tool.name}" gave no answer in ${timeoutMs} ms`,
          );
          reject(error);
          limit.abort(error);
        }, timeoutMs);
      });
      try {
        return await Promise.race([tool.run(args, both, origin), late]);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
