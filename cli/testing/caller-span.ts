import { type CallerSpan, type SpanRecord } from './topology-run';

/**
 * Whether a span is that of an HTTP request which a caller made, such as there are with `OTEL_INCLUDE_HTTP_SERVER`: those
 * are the caller's own, and no part of what it asked for.
 */
export function isRequestOf(
  { traceId, spanId }: CallerSpan,
  { kind, ...span }: Pick<SpanRecord, 'kind' | 'traceId' | 'parentSpanId' | 'attributes'>,
): boolean {
  const isIts = span.traceId === traceId && span.parentSpanId === spanId;
  return isIts && kind === 'SERVER' && 'http.request.method' in span.attributes;
}
