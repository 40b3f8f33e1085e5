import { type SpanRecord, type TopologyRun } from './topology-run';

/** The spans of a run, by who opened them for whom. */
export class SpanTree {
  private readonly byId: ReadonlyMap<string, SpanRecord>;

  constructor(private readonly run: Pick<TopologyRun, 'spans'>) {
    this.byId = new Map(run.spans.map((span) => [span.spanId, span]));
  }

  parentOf({ parentSpanId }: SpanRecord): SpanRecord | undefined {
    return parentSpanId === null ? undefined : this.byId.get(parentSpanId);
  }

  /** The span for which another was opened: those of the HTTP request by which it came stand between, where there are any. */
  callerOf(span: SpanRecord): SpanRecord | undefined {
    let caller = this.parentOf(span);
    while (caller && 'http.request.method' in caller.attributes) caller = this.parentOf(caller);
    return caller;
  }

  childrenOf({ spanId }: SpanRecord): SpanRecord[] {
    return this.run.spans.filter(({ parentSpanId }) => parentSpanId === spanId);
  }

  named(name: string | RegExp): SpanRecord[] {
    return this.run.spans.filter((span) =>
      typeof name === 'string' ? span.name === name : name.test(span.name),
    );
  }
}

/** What a message calls a span. */
export function titleOf({ service, name, spanId }: SpanRecord): string {
  return `"${name}" of ${service} (${spanId})`;
}
