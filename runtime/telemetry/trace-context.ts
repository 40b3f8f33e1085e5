import {
  type Context,
  context,
  createContextKey,
  type Link,
  propagation,
  ROOT_CONTEXT,
  type SpanContext,
  trace,
} from '@opentelemetry/api';

/** HTTP headers, or the `_meta` of an MCP message, as they arrive. */
export type Carrier = Readonly<Record<string, unknown>>;

/** Headers, or entries of `_meta`, that carry the active span to whoever is called. */
export function outgoingContext(): Record<string, string> {
  const carrier: Record<string, string> = {};
  propagation.inject(context.active(), carrier);
  return carrier;
}

/** The context that a caller sent along. */
export function incomingContext(carrier: Carrier): Context {
  return propagation.extract(ROOT_CONTEXT, carrier);
}

/** The same, unless a span of ours goes on with it already: what is done is then done within that. */
export function callerContext(carrier: Carrier): Context {
  return trace.getActiveSpan() ? context.active() : incomingContext(carrier);
}

/**
 * The parent of an MCP call: what `_meta` says, whatever the transport; without it, what the HTTP headers say.
 * Where both are there and differ, the transport's span is linked.
 */
export function mcpParent(meta: Carrier | undefined, headers: Carrier): { parent: Context; links: Link[] } {
  const transport = incomingContext(headers);
  const message = incomingContext(meta ?? {});
  const parentSpan = trace.getSpanContext(message);
  if (!parentSpan) return { parent: transport, links: [] };
  const transportSpan = trace.getSpanContext(transport);
  const isOther = transportSpan && transportSpan.spanId !== parentSpan.spanId;
  return { parent: message, links: isOther ? [{ context: transportSpan }] : [] };
}

const CAUSE = createContextKey('cause');

/**
 * Does what nobody waits for in a trace of its own, whose root is linked to the span that is active now: a trace that its
 * caller has left would otherwise go on after its root has ended. What else the caller sent along, its baggage, stays.
 */
export function detached<T>(work: () => T): T {
  const active = context.active();
  const cause = trace.getSpanContext(active);
  return context.with(trace.deleteSpan(active).setValue(CAUSE, cause), work);
}

/** The links of a span that is about to begin: of one that has no parent, to what it was detached from. */
export function causes(): Link[] {
  const active = context.active();
  const cause = active.getValue(CAUSE) as SpanContext | undefined; // nobody else has the key
  return cause && !trace.getSpan(active) ? [{ context: cause }] : [];
}

/** The `traceresponse` header of W3C Trace Context Level 2: it tells a caller which trace its answer made. */
export function traceResponse(): Record<string, string> {
  const span = trace.getActiveSpan()?.spanContext();
  if (!span || !trace.isSpanContextValid(span)) return {};
  const flags = span.traceFlags.toString(16).padStart(2, '0');
  return { traceresponse: `00-${span.traceId}-${span.spanId}-${flags}` };
}

/** By which what runs now is found in a trace. */
export function activeSpanIds(): Record<string, string> {
  const span = trace.getActiveSpan()?.spanContext();
  return span && trace.isSpanContextValid(span) ? { trace_id: span.traceId, span_id: span.spanId } : {};
}
