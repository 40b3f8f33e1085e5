import { type Attributes, trace } from '@opentelemetry/api';

/** Notes on the active span that something happened. */
export function recordEvent(name: string, attributes: Attributes): void {
  trace.getActiveSpan()?.addEvent(name, attributes);
}
