/** A span as `kaos run --json` prints it. */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly service: string;
  readonly name: string;
  readonly kind: string;
  readonly status: string;
  readonly statusMessage?: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** Each span with the way from its trace's root to it: `service/name` joined by ` > `. */
export function paths(spans: readonly Span[]): string[] {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const path = (span: Span): string => {
    const own = `${span.service}/${span.name}`;
    if (span.parentSpanId === null) return own;
    const parent = byId.get(span.parentSpanId);
    return `${parent ? path(parent) : '(orphan)'} > ${own}`;
  };
  return spans.map(path).sort();
}
