import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { hrTimeToNanoseconds } from '@opentelemetry/core';
import { type ReadableSpan } from '@opentelemetry/sdk-trace';

/**
 * Spans as a tree, one line each: `name KIND STATUS`, children indented below their parent, siblings by name.
 * A span whose parent is not among them stands at the margin; a remote one is marked so.
 */
export function spanTree(spans: readonly ReadableSpan[]): string[] {
  const ids = new Set(spans.map(idOf));
  const roots = spans.filter(({ parentSpanContext }) => !ids.has(parentSpanContext?.spanId ?? ''));
  return inOrder(roots).flatMap((root) => lines(root, spans, 0));
}

/** The one span of that name; several or none is an error of the test. */
export function only(spans: readonly ReadableSpan[], name: string): ReadableSpan {
  const [span, ...others] = spans.filter((candidate) => candidate.name === name);
  if (!span || others.length > 0)
    throw new Error(`expected one span "${name}" in\n${spanTree(spans).join('\n')}`);
  return span;
}

export function idOf(span: ReadableSpan): string {
  return span.spanContext().spanId;
}

function lines(span: ReadableSpan, spans: readonly ReadableSpan[], depth: number): string[] {
  const children = spans.filter(({ parentSpanContext }) => parentSpanContext?.spanId === idOf(span));
  const own = `${'  '.repeat(depth)}${span.name} ${SpanKind[span.kind]} ${SpanStatusCode[span.status.code]}`;
  return [own, ...inOrder(children).flatMap((child) => lines(child, spans, depth + 1))];
}

function inOrder(spans: readonly ReadableSpan[]): ReadableSpan[] {
  return [...spans].sort((a, b) => a.name.localeCompare(b.name) || startOf(a) - startOf(b));
}

function startOf({ startTime }: ReadableSpan): number {
  return hrTimeToNanoseconds(startTime);
}
