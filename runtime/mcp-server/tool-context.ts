import { type Logger } from 'pino';
import { ATTRIBUTE } from '../telemetry/names';
import { toolWork } from '../telemetry/mcp-operations';
import { outgoingContext } from '../telemetry/trace-context';
import { type WithSpan } from '../telemetry/with-span';
import { type ToolContext, type ToolLog } from './tool';

/** What a process gives its tools. */
export interface ToolTelemetry {
  readonly log: Logger;
  readonly withSpan: WithSpan;
}

/** Makes the context of each call of a tool. */
export function toolContexts(
  tool: string,
  { log, withSpan }: ToolTelemetry,
): (signal: AbortSignal) => ToolContext {
  const beside = {
    log: toolLog(log.child({ [ATTRIBUTE.toolName]: tool })),
    trace: {
      headers: outgoingContext,
      span: <T>(name: string, work: () => T | Promise<T>, attributes = {}) =>
        withSpan(toolWork(tool, name, attributes), async () => work()),
    },
  };
  return (signal) => ({ signal, ...beside });
}

function toolLog(log: Logger): ToolLog {
  return {
    debug: (message, fields = {}) => log.debug(fields, message),
    info: (message, fields = {}) => log.info(fields, message),
    warn: (message, fields = {}) => log.warn(fields, message),
    error: (message, fields = {}) => log.error(fields, message),
  };
}
