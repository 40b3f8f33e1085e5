import { type Attributes, metrics, type Span, SpanStatusCode, trace } from '@opentelemetry/api';
import { type Logger } from 'pino';
import { CancelledError, errorType, ProcessError } from '../process/errors';
import { Instruments } from './instruments';
import { ATTRIBUTE, LABEL, METRIC, PEER_LABEL, scopeName } from './names';
import { type Counted, type Operation } from './operations';

/** Runs work in a span of its own. The only way in which a span is opened. */
export type WithSpan = <T>(operation: Operation, work: (span: Span) => Promise<T>) => Promise<T>;

export interface Instrumentation {
  readonly withSpan: WithSpan;
  /** Counts the tokens of one model call, as the model reported them. */
  recordTokens(operation: Operation, tokens: { readonly input: number; readonly output: number }): void;
  /** How long a streamed reply let wait for its first chunk. */
  recordFirstChunk(operation: Operation, milliseconds: number): void;
  /** Counts that a peer is called no more, or again. */
  countPeerState(
    peer: { readonly kind: 'mcp_server' | 'agent'; readonly name: string },
    state: PeerState,
  ): void;
  /** Counts a tool that a request was not offered. */
  countRefusal(server: string, reason: 'changed' | 'unlocked'): void;
}

export type PeerState = 'unavailable' | 'available';

/**
 * The span is active while the work runs and ends when it settles; what was thrown is logged while the span is
 * still open, recorded on it and thrown on. Work that was cancelled did not fail: its span says so and has no status.
 * One timer feeds every metric of the operation.
 */
export function buildInstrumentation(service: string, log: Logger): Instrumentation {
  const tracer = trace.getTracer(scopeName(service));
  const instruments = new Instruments(metrics.getMeter(scopeName(service)));
  const identity: Attributes = { [ATTRIBUTE.agentName]: service };
  const attributesOf = memoized(({ attributes }: Operation) => ({ ...identity, ...attributes }));
  const labelsOf = (labels: Attributes, isSuccess: boolean): Attributes => ({
    ...identity,
    [LABEL.success]: String(isSuccess),
    ...labels,
  });
  const successOf = memoized(({ labels }: Counted) => labelsOf(labels, true));
  const tokenAttributesOf = memoized(({ timed }: Operation) => ({
    input: { ...timed?.attributes, [ATTRIBUTE.genAiTokenType]: 'input' },
    output: { ...timed?.attributes, [ATTRIBUTE.genAiTokenType]: 'output' },
  }));

  const withSpan: WithSpan = (operation, work) => {
    const { name, kind, links } = operation;
    const attributes = attributesOf(operation);
    const startedAt = performance.now();
    return tracer.startActiveSpan(
      name,
      { kind, attributes, links: links ? [...links] : [] },
      async (span) => {
        let failure: string | undefined;
        try {
          const result = await work(span);
          span.setStatus({ code: SpanStatusCode.OK });
          return result;
        } catch (error) {
          if (error instanceof CancelledError) {
            span.setAttribute(ATTRIBUTE.cancelled, true);
            throw error;
          }
          failure = errorType(error);
          if (operation.counted) log[severityOf(error)]({ err: error }, `${name} failed`);
          recordFailure(span, error);
          throw error;
        } finally {
          span.end();
          measure(operation, performance.now() - startedAt, failure);
        }
      },
    );
  };

  const measure = ({ counted, timed }: Operation, durationMs: number, failure: string | undefined) => {
    if (counted) {
      const labels = failure === undefined ? successOf(counted) : labelsOf(counted.labels, false);
      instruments.count(counted.counter, labels);
      instruments.record(counted.histogram, durationMs, labels);
    }
    if (timed) {
      const { histogram, attributes } = timed;
      const told = failure === undefined ? attributes : { ...attributes, [ATTRIBUTE.errorType]: failure };
      instruments.record(histogram, durationMs / 1000, told);
    }
  };

  const recordTokens: Instrumentation['recordTokens'] = (operation, tokens) => {
    const { input, output } = tokenAttributesOf(operation);
    instruments.record(METRIC.genAiTokenUsage, tokens.input, input);
    instruments.record(METRIC.genAiTokenUsage, tokens.output, output);
  };

  const recordFirstChunk: Instrumentation['recordFirstChunk'] = ({ timed }, milliseconds) =>
    instruments.record(METRIC.genAiTimeToFirstChunk, milliseconds / 1000, timed?.attributes ?? {});

  const countPeerState: Instrumentation['countPeerState'] = ({ kind, name }, state) =>
    instruments.count(METRIC.peerStateChanges, {
      ...identity,
      [PEER_LABEL.peer]: name,
      [PEER_LABEL.kind]: kind,
      [PEER_LABEL.state]: state,
    });

  const countRefusal: Instrumentation['countRefusal'] = (server, reason) =>
    instruments.count(METRIC.toolRefusals, { ...identity, [LABEL.server]: server, [LABEL.reason]: reason });

  return { withSpan, recordTokens, recordFirstChunk, countPeerState, countRefusal };
}

/** Most operations are the same objects again and again, and what follows from them is put together once. */
function memoized<K extends object, V>(make: (key: K) => V): (key: K) => V {
  const made = new WeakMap<K, V>();
  return (key) => {
    const known = made.get(key);
    if (known !== undefined) return known;
    const value = make(key);
    made.set(key, value);
    return value;
  };
}

function severityOf(error: unknown): 'error' | 'warn' {
  return error instanceof ProcessError ? error.severity : 'error';
}

function recordFailure(span: Span, error: unknown): void {
  const exception = error instanceof Error ? error : new Error(String(error));
  span.recordException(exception);
  span.setAttribute(ATTRIBUTE.errorType, errorType(error));
  span.setStatus({ code: SpanStatusCode.ERROR, message: exception.message });
}
