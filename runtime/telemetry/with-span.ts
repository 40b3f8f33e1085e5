import { type Attributes, metrics, type Span, SpanStatusCode, trace } from '@opentelemetry/api';
import { type Logger } from 'pino';
import { CancelledError, errorType, ProcessError } from '../process/errors';
import { Instruments } from './instruments';
import { ATTRIBUTE, LABEL, METRIC, PEER_LABEL, scopeName } from './names';
import { type Operation } from './operations';

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

  const withSpan: WithSpan = (operation, work) => {
    const { name, kind, links } = operation;
    const attributes = { ...identity, ...operation.attributes };
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
      const labels = { ...identity, [LABEL.success]: String(failure === undefined), ...counted.labels };
      instruments.count(counted.counter, labels);
      instruments.record(counted.histogram, durationMs, labels);
    }
    if (timed) {
      const error = failure === undefined ? {} : { [ATTRIBUTE.errorType]: failure };
      instruments.record(timed.histogram, durationMs / 1000, { ...timed.attributes, ...error });
    }
  };

  const recordTokens: Instrumentation['recordTokens'] = (operation, tokens) => {
    for (const [type, count] of Object.entries(tokens)) {
      const attributes = { ...operation.timed?.attributes, [ATTRIBUTE.genAiTokenType]: type };
      instruments.record(METRIC.genAiTokenUsage, count, attributes);
    }
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

  return { withSpan, recordTokens, recordFirstChunk, countPeerState };
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
