import { SpanStatusCode } from '@opentelemetry/api';
import { type OtlpClient } from './otlp-client';

/** A text that a process reports, and the place where it does; each place has its name. */
type Tell = (client: OtlpClient, text: string) => void;

/** Every place of a trace, a metric or a log where a text may be. */
export const PLACES: Readonly<Record<string, Tell>> = {
  'span name': (client, text) => client.tracer.startSpan(text).end(),
  'span attribute': (client, text) => span(client, { 'http.request.note': text }),
  'span attribute, a list': (client, text) => span(client, { 'http.request.notes': ['first', text] }),
  'span status': ({ tracer }, text) =>
    tracer.startSpan('work').setStatus({ code: SpanStatusCode.ERROR, message: text }).end(),
  'event name': ({ tracer }, text) => tracer.startSpan('work').addEvent(text).end(),
  'event attribute': ({ tracer }, text) => tracer.startSpan('work').addEvent('done', { note: text }).end(),
  exception: ({ tracer }, text) => {
    const failed = tracer.startSpan('work');
    failed.recordException(new Error(text));
    failed.end();
  },
  'link attribute': ({ tracer }, text) => {
    const other = tracer.startSpan('other');
    other.end();
    const links = [{ context: other.spanContext(), attributes: { note: text } }];
    tracer.startSpan('work', { links }).end();
  },
  'metric attribute': ({ meter }, text) => meter.createCounter('calls').add(1, { note: text }),
  'histogram attribute': ({ meter }, text) => meter.createHistogram('took').record(1, { note: text }),
  'log body': ({ logger }, text) => logger.emit({ body: text }),
  'log body, a map': ({ logger }, text) => logger.emit({ body: { note: text, inner: { note: text } } }),
  'log body, a list': ({ logger }, text) => logger.emit({ body: ['first', { note: text }] }),
  'log attribute': ({ logger }, text) => logger.emit({ body: 'said', attributes: { note: text } }),
  'log attribute, a map': ({ logger }, text) =>
    logger.emit({ body: 'said', attributes: { outer: { inner: { note: text } }, list: [{ note: text }] } }),
  'log event name': ({ logger }, text) => logger.emit({ eventName: text, body: 'said' }),
};

function span({ tracer }: OtlpClient, attributes: Record<string, string | string[]>): void {
  tracer.startSpan('work', { attributes }).end();
}
