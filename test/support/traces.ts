import { context, type Context, type Span, SpanStatusCode, trace } from '@opentelemetry/api';
import { type OtlpClient } from './otlp-client';

/** What becomes of a trace that is made up. */
export interface MadeTrace {
  /** Name of all its spans. */
  readonly name: string;
  /**
   * How long it took, without anybody having waited.
   * @default 20
   */
  readonly milliseconds?: number;
  /**
   * Whether its last span failed.
   * @default false
   */
  readonly fails?: boolean;
}

/**
 * Makes up a trace, one span below the other, each reported by the next of these clients in turn.
 *
 * @returns its id
 */
export function makeTrace(clients: readonly OtlpClient[], made: MadeTrace): string {
  const { name, milliseconds = 20, fails = false } = made;
  const end = Date.now();
  const spans: Span[] = [];
  let parent: Context = context.active();
  for (const { tracer } of clients) {
    const span = tracer.startSpan(name, { startTime: end - milliseconds }, parent);
    parent = trace.setSpan(parent, span);
    spans.push(span);
  }
  if (fails) spans.at(-1)?.setStatus({ code: SpanStatusCode.ERROR });
  for (const span of spans) span.end(end);
  return spans[0]?.spanContext().traceId ?? '';
}

/** Makes up as many of a kind, and gives their ids. */
export function makeTraces(count: number, clients: readonly OtlpClient[], made: MadeTrace): Set<string> {
  return new Set(Array.from({ length: count }, () => makeTrace(clients, made)));
}
