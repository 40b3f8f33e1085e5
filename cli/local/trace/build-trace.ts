import { type SpanRecord } from '../collector/records';

export interface TraceNode {
  readonly span: SpanRecord;
  /** Sorted by start time. */
  readonly children: readonly TraceNode[];
  /** The span names a parent that is not among the spans. */
  readonly orphan: boolean;
}

export interface TraceTree {
  /** Spans without a parent, and orphans; sorted by start time. */
  readonly roots: readonly TraceNode[];
  readonly spanCount: number;
  readonly orphanCount: number;
  readonly errorCount: number;
  /** In order of first appearance, walking the tree from its top. */
  readonly services: readonly string[];
  readonly startUnixNano: string;
  readonly endUnixNano: string;
  readonly tokens: Tokens;
}

/** Tokens that models were given and gave back. */
export interface Tokens {
  readonly input: number;
  readonly output: number;
}

/** Puts spans, in any order and of any number, into a tree. */
export function buildTrace(spans: readonly SpanRecord[]): TraceTree {
  const nodes = new Map(
    spans.map((span) => [keyOf(span, span.spanId), { span, children: [], orphan: false } as Growing]),
  );
  const roots: Growing[] = [];
  for (const node of nodes.values()) {
    const { span } = node;
    const parent = span.parentSpanId === null ? undefined : nodes.get(keyOf(span, span.parentSpanId));
    node.orphan = span.parentSpanId !== null && !parent;
    (parent?.children ?? roots).push(node);
  }
  openRings(nodes, roots);

  const order = sorted(roots);
  const all = order.map(({ span }) => span);
  return {
    roots,
    spanCount: all.length,
    orphanCount: order.filter((node) => node.orphan).length,
    errorCount: all.filter((span) => span.status === 'error').length,
    services: [...new Set(all.map((span) => span.service))],
    startUnixNano: all.map((span) => span.startUnixNano).reduce(earlier, all[0]?.startUnixNano ?? '0'),
    endUnixNano: all.map((span) => span.endUnixNano).reduce(later, '0'),
    tokens: totalTokens(order),
  };
}

/** Tokens that a span states, if it states any. */
export function tokensOf({ attributes }: SpanRecord): Tokens | undefined {
  const input = attributes['gen_ai.usage.input_tokens'];
  const output = attributes['gen_ai.usage.output_tokens'];
  if (typeof input !== 'number' && typeof output !== 'number') return undefined;
  return { input: typeof input === 'number' ? input : 0, output: typeof output === 'number' ? output : 0 };
}

interface Growing {
  readonly span: SpanRecord;
  readonly children: Growing[];
  orphan: boolean;
}

function keyOf(span: SpanRecord, spanId: string): string {
  return span.traceId + spanId;
}

/** Spans that are each other's ancestors hang below no root: one of each ring becomes an orphan. */
function openRings(nodes: ReadonlyMap<string, Growing>, roots: Growing[]): void {
  const parentOf = ({ span }: Growing) => nodes.get(keyOf(span, span.parentSpanId ?? ''));
  const reached = new Set<Growing>();
  const reach = (start: Growing) => {
    const waiting = [start];
    for (let node = waiting.pop(); node; node = waiting.pop()) {
      reached.add(node);
      for (const child of node.children) waiting.push(child);
    }
  };
  roots.forEach(reach);
  for (const node of nodes.values()) {
    if (reached.has(node)) continue;
    const climbed = new Set<Growing>();
    let opened = node;
    for (let next = parentOf(node); next && !climbed.has(opened); next = parentOf(next)) {
      climbed.add(opened);
      opened = next;
    }
    const siblings = parentOf(opened)?.children;
    siblings?.splice(siblings.indexOf(opened), 1);
    opened.orphan = true;
    roots.push(opened);
    reach(opened);
  }
}

/** Sorts every list of children, and returns all nodes with each parent before its children. */
function sorted(roots: Growing[]): Growing[] {
  const order: Growing[] = [];
  const waiting = roots.sort(byStart).toReversed();
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    order.push(node);
    node.children.sort(byStart);
    for (const child of node.children.toReversed()) waiting.push(child);
  }
  return order;
}

/**
 * Agents state the sum of their model calls and gateways repeat what the caller states, so a span's tokens
 * count only when no span below it states any.
 */
function totalTokens(order: readonly Growing[]): Tokens {
  const stated = new Set<Growing>();
  let input = 0;
  let output = 0;
  for (const node of order.toReversed()) {
    const tokens = tokensOf(node.span);
    const isBelow = node.children.some((child) => stated.has(child));
    if (tokens || isBelow) stated.add(node);
    if (!tokens || isBelow) continue;
    input += tokens.input;
    output += tokens.output;
  }
  return { input, output };
}

function byStart(a: Growing, b: Growing): number {
  return compareNano(a.span.startUnixNano, b.span.startUnixNano);
}

/** Decimals without leading zeros: the longer is the larger. */
function compareNano(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : Number(a > b));
}

function earlier(a: string, b: string): string {
  return compareNano(a, b) <= 0 ? a : b;
}

function later(a: string, b: string): string {
  return compareNano(a, b) >= 0 ? a : b;
}
