import { attributes, id, InvalidTelemetry, message, messages, text, unixNano, type Message } from './read';
import {
  SPAN_KINDS,
  type Attributes,
  type SpanEvent,
  type SpanKind,
  type SpanLink,
  type SpanRecord,
} from './records';
import { resourceOf } from './resource';

/** The spans of an `ExportTraceServiceRequest`. */
export function spansOf(request: Message): SpanRecord[] {
  return messages(request.resourceSpans, 'resourceSpans').flatMap((batch) => {
    const { service, resource } = resourceOf(batch);
    return messages(batch.scopeSpans, 'scopeSpans').flatMap((group) => {
      const scope = text(message(group.scope, 'scope').name, 'scope.name');
      return messages(group.spans, 'spans').map((span) => spanOf(span, service, scope, resource));
    });
  });
}

function spanOf(span: Message, service: string, scope: string, resource: Attributes): SpanRecord {
  const traceId = id(span.traceId, 16, 'span.traceId');
  const spanId = id(span.spanId, 8, 'span.spanId');
  if (traceId === null || spanId === null)
    throw new InvalidTelemetry('a span has no id; give traceId and spanId');
  const status = message(span.status, 'span.status');
  return {
    traceId,
    spanId,
    parentSpanId: id(span.parentSpanId, 8, 'span.parentSpanId'),
    service,
    name: text(span.name, 'span.name'),
    kind: kindOf(span.kind),
    status: statusOf(status.code),
    statusMessage: text(status.message, 'span.status.message'),
    startUnixNano: unixNano(span.startTimeUnixNano, 'span.startTimeUnixNano'),
    endUnixNano: unixNano(span.endTimeUnixNano, 'span.endTimeUnixNano'),
    attributes: attributes(span.attributes, 'span.attributes'),
    events: messages(span.events, 'span.events').map(eventOf),
    links: messages(span.links, 'span.links').flatMap(linkOf),
    scope,
    resource,
  };
}

function eventOf(event: Message): SpanEvent {
  return {
    name: text(event.name, 'event.name'),
    timeUnixNano: unixNano(event.timeUnixNano, 'event.timeUnixNano'),
    attributes: attributes(event.attributes, 'event.attributes'),
  };
}

/** OpenTelemetry lets a link without ids stand for its attributes alone: it leads nowhere. */
function linkOf(link: Message): SpanLink[] {
  const traceId = id(link.traceId, 16, 'link.traceId');
  const spanId = id(link.spanId, 8, 'link.spanId');
  if (traceId === null || spanId === null) return [];
  return [{ traceId, spanId, attributes: attributes(link.attributes, 'link.attributes') }];
}

/** OTLP counts from 1 and reads "unspecified" as internal. Some JSON writers send the enum's name. */
function kindOf(value: unknown): SpanKind {
  const named = SPAN_KINDS.find((kind) => value === `SPAN_KIND_${kind}`);
  return named ?? SPAN_KINDS[Number(value) - 1] ?? 'INTERNAL';
}

function statusOf(code: unknown): SpanRecord['status'] {
  if (code === 1 || code === 'STATUS_CODE_OK') return 'ok';
  return code === 2 || code === 'STATUS_CODE_ERROR' ? 'error' : 'unset';
}
