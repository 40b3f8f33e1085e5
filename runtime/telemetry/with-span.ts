import { type Attributes, metrics, type Span, SpanStatusCode, trace } from '@opentelemetry/api';
import { type Logger } from 'pino';
import { CancelledError, errorType, ProcessError } from '../process/errors';
import { BoundedNames } from './bounded-names';
import { type GenAIGeneration, nameIn } from './conventions';
import { Instruments } from './instruments';
import { ATTRIBUTE, LABEL, METRIC, PEER_LABEL, scopeName } from './names';
import { type Counted, type Operation } from './operations';
import { causes } from './trace-context';

/** Models that one gateway says it has asked, at most. */
const MOST_MODELS = 32;

/** Runs work in a span of its own. The only way in which a span is opened. */
export type WithSpan = <T>(
  operation: Operation,
  work: (span: Span, label: Label) => Promise<T>,
) => Promise<T>;

/** Adds what the work has shown to the labels of the operation's own histogram; the values must be few. */
export type Label = (name: string, value: string) => void;

/** The tokens of one model call, as the model reported them. */
export interface Tokens {
  readonly input: number;
  readonly output: number;
  readonly cacheRead?: number | undefined;
  readonly cacheWrite?: number | undefined;
  readonly reasoning?: number | undefined;
}

export interface Instrumentation {
  readonly withSpan: WithSpan;
  /** Adds an operation to the span that is active, in place of one of its own; it feeds its histogram all the same. */
  readonly withinSpan: WithSpan;
  recordTokens(operation: Operation, tokens: Tokens, answeredBy?: string): void;
  /** What the gateway says that a model is called, as a label: whatever it says, there are few. */
  modelLabel(model: string): string;
  /** A name of the GenAI conventions, in the generation that is spoken. */
  named(name: string): string;
  /** How long a streamed reply let wait for its first chunk. */
  recordFirstChunk(operation: Operation, milliseconds: number): void;
  /** Whether its later chunks are recorded, too, which the later generation alone does: of an answer there are thousands. */
  readonly timesChunks: boolean;
  /** How long each of them let wait for itself. */
  recordLaterChunks(operation: Operation, milliseconds: readonly number[]): void;
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
export function buildInstrumentation(
  service: string,
  log: Logger,
  generation: GenAIGeneration = '1.41',
): Instrumentation {
  const tracer = trace.getTracer(scopeName(service));
  const instruments = new Instruments(metrics.getMeter(scopeName(service)), generation);
  const models = new BoundedNames(MOST_MODELS);
  const identity: Attributes = { [ATTRIBUTE.agentName]: service };
  const attributesOf = memoized(({ attributes }: Operation) => ({ ...identity, ...attributes }));
  const labelsOf = (labels: Attributes, isSuccess: boolean): Attributes => ({
    ...identity,
    [LABEL.success]: String(isSuccess),
    ...labels,
  });
  const successOf = memoized(({ labels }: Counted) => labelsOf(labels, true));

  const withSpan: WithSpan = (operation, work) => {
    const { name, kind, links = [] } = operation;
    const attributes = attributesOf(operation);
    const startedAt = performance.now();
    return tracer.startActiveSpan(
      name,
      { kind, attributes, links: [...links, ...causes()] },
      async (span) => {
        let failure: string | undefined;
        let shown: Attributes | undefined;
        try {
          const result = await work(span, (name, value) => (shown = { ...shown, [name]: value }));
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
          measure(operation, performance.now() - startedAt, failure, shown);
        }
      },
    );
  };

  const withinSpan: WithSpan = async (operation, work) => {
    const span = trace.getActiveSpan();
    if (!span) return withSpan(operation, work);
    span.setAttributes(operation.attributes);
    const startedAt = performance.now();
    let shown: Attributes | undefined;
    let failure: string | undefined;
    try {
      return await work(span, (name, value) => (shown = { ...shown, [name]: value }));
    } catch (error) {
      if (!(error instanceof CancelledError)) failure = errorType(error);
      throw error;
    } finally {
      measure({ timed: operation.timed }, performance.now() - startedAt, failure, shown);
    }
  };

  const measure = (
    { counted, timed }: Pick<Operation, 'counted' | 'timed'>,
    durationMs: number,
    failure: string | undefined,
    shown: Attributes | undefined,
  ) => {
    if (counted) {
      const labels = failure === undefined ? successOf(counted) : labelsOf(counted.labels, false);
      instruments.count(counted.counter, labels);
      instruments.record(counted.histogram, durationMs, labels);
    }
    if (timed) {
      const { histogram, attributes } = timed;
      const error = failure === undefined ? undefined : { [ATTRIBUTE.errorType]: failure };
      const told = shown || error ? { ...attributes, ...shown, ...error } : attributes;
      instruments.record(histogram, durationMs / 1000, told);
    }
  };

  const recordTokens: Instrumentation['recordTokens'] = ({ timed }, tokens, answeredBy) => {
    const { input, output } = tokens;
    const model = answeredBy === undefined ? {} : { [ATTRIBUTE.genAiResponseModel]: answeredBy };
    const attributes = { ...timed?.attributes, ...model };
    if (generation === 'latest') return recordLatestTokens(instruments, tokens, attributes);
    for (const [type, count] of Object.entries({ input, output }))
      instruments.record(METRIC.genAiTokenUsage, count, { ...attributes, [ATTRIBUTE.genAiTokenType]: type });
  };

  const recordFirstChunk: Instrumentation['recordFirstChunk'] = ({ timed }, milliseconds) =>
    instruments.record(METRIC.genAiTimeToFirstChunk, milliseconds / 1000, timed?.attributes ?? {});

  const recordLaterChunks: Instrumentation['recordLaterChunks'] = ({ timed }, milliseconds) => {
    const attributes = timed?.attributes ?? {};
    for (const each of milliseconds)
      instruments.record(METRIC.genAiTimePerOutputChunk, each / 1000, attributes);
  };

  const countPeerState: Instrumentation['countPeerState'] = ({ kind, name }, state) =>
    instruments.count(METRIC.peerStateChanges, {
      ...identity,
      [PEER_LABEL.peer]: name,
      [PEER_LABEL.kind]: kind,
      [PEER_LABEL.state]: state,
    });

  const countRefusal: Instrumentation['countRefusal'] = (server, reason) =>
    instruments.count(METRIC.toolRefusals, { ...identity, [LABEL.server]: server, [LABEL.reason]: reason });

  const modelLabel = (model: string) => models.label(model);
  const named = (name: string) => nameIn(generation, name);
  return {
    withSpan,
    withinSpan,
    recordTokens,
    recordFirstChunk,
    timesChunks: generation === 'latest',
    recordLaterChunks,
    countPeerState,
    countRefusal,
    modelLabel,
    named,
  };
}

function recordLatestTokens(instruments: Instruments, tokens: Tokens, attributes: Attributes): void {
  const { input, output, cacheRead, cacheWrite, reasoning } = tokens;
  const counters = [
    [METRIC.genAiInputTokensUsed, input],
    [METRIC.genAiOutputTokensUsed, output],
    [METRIC.genAiCacheReadTokensUsed, cacheRead],
    [METRIC.genAiCacheWriteTokensUsed, cacheWrite],
    [METRIC.genAiReasoningTokensUsed, reasoning],
  ] as const;
  for (const [name, count] of counters) if (count !== undefined) instruments.count(name, attributes, count);
  instruments.record(METRIC.genAiInputTokensOfCall, input, attributes);
  instruments.record(METRIC.genAiOutputTokensOfCall, output, attributes);
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
