import { type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { type ReadableSpan } from '@opentelemetry/sdk-trace';
import { type Exporter } from '../held-exporter';
import { type Redactor } from './redactor';

/** Masks secrets in all that an exporter is given, before it keeps or sends any of it. */
export class RedactingExporter<Item> implements Exporter<Item> {
  constructor(
    private readonly exporter: Exporter<Item>,
    private readonly redactor: Redactor,
    private readonly redacted: (item: Item, redactor: Redactor) => Item,
  ) {}

  export(items: Item[], done: Parameters<Exporter<Item>['export']>[1]): void {
    this.redactor.refresh();
    this.exporter.export(
      items.map((item) => this.redacted(item, this.redactor)),
      done,
    );
  }

  forceFlush(): Promise<void> {
    return this.exporter.forceFlush?.() ?? Promise.resolve();
  }

  shutdown(): Promise<void> {
    return this.exporter.shutdown();
  }
}

export function redactedSpan(span: ReadableSpan, redactor: Redactor): ReadableSpan {
  const name = redactor.text(span.name);
  const attributes = redactor.fields(span.attributes);
  const message = span.status.message && redactor.text(span.status.message);
  const events = each(span.events, (event) => {
    const safe = { name: redactor.text(event.name), attributes: redactor.fields(event.attributes ?? {}) };
    const isSafe = safe.name === event.name && (!event.attributes || safe.attributes === event.attributes);
    return isSafe ? event : { ...event, ...safe };
  });
  const links = each(span.links, (link) => {
    const safe = redactor.fields(link.attributes ?? {});
    return !link.attributes || safe === link.attributes ? link : { ...link, attributes: safe };
  });
  const isSafe =
    name === span.name &&
    attributes === span.attributes &&
    message === span.status.message &&
    events === span.events &&
    links === span.links;
  if (isSafe) return span;
  return withFields(span, {
    name,
    attributes,
    status: { ...span.status, ...(message ? { message } : {}) },
    events: [...events],
    links: [...links],
  });
}

export function redactedLog(record: ReadableLogRecord, redactor: Redactor): ReadableLogRecord {
  const body = redactor.value(record.body);
  const attributes = redactor.fields(record.attributes);
  if (body === record.body && attributes === record.attributes) return record;
  return withFields<ReadableLogRecord>(record, { body, attributes });
}

/** The same record with other fields: its own it keeps, for whoever else reads it. */
function withFields<T extends object>(record: T, fields: Partial<T>): T {
  const properties = Object.entries(fields).map(([name, value]) => [name, { value, enumerable: true }]);
  return Object.create(record, Object.fromEntries(properties) as PropertyDescriptorMap) as T;
}

function each<T>(items: readonly T[], change: (item: T) => T): readonly T[] {
  if (items.length === 0) return items;
  const changed = items.map(change);
  return changed.some((item, index) => item !== items[index]) ? changed : items;
}
