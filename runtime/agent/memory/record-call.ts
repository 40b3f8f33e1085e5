import { type ToolCall } from '../model/chat';
import { type Tool } from '../tools/tools';
import { type Recorder } from './recorder';

/** Takes down that a tool is called or a task handed over, and then how that went. */
export function recordCall(
  recorder: Recorder,
  tool: Tool | undefined,
  call: ToolCall,
): { result(text: string): void; failure(reason: string): void } {
  const { name } = call.function;
  const args = argumentsOf(call);
  if (tool?.kind === 'delegation') {
    const agent = tool.origin;
    recorder.add('delegation_request', { agent, task: taskIn(args) });
    return {
      result: (response) => recorder.add('delegation_response', { agent, response }),
      failure: (error) => recorder.add('delegation_error', { agent, error }),
    };
  }
  recorder.add('tool_call', { tool: name, arguments: args });
  return {
    result: (result) => recorder.add('tool_result', { tool: name, result }),
    failure: (error) => recorder.add('tool_error', { tool: name, error }),
  };
}

/** The model wrote them, so they may be anything. */
export function argumentsOf({ function: { arguments: text } }: ToolCall): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function taskIn(args: unknown): unknown {
  return typeof args === 'object' && args !== null && 'task' in args ? args.task : args;
}
