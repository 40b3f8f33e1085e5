import { percentile } from '../bench/figures';
import { type FaultWindow } from './faults';
import { type Outcome } from './load';

/** Milliseconds from question to answer. */
export interface Latency {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
}

/** Redis is found again some time after it is back. */
const RECONNECT_MS = 1_000;

/** Of the questions that use nothing that can be faulty: neither its model calls, nor its tools, nor the client. */
export function latencyOf(outcomes: readonly Outcome[]): Latency {
  const samples = outcomes.filter(usesNoFault).map(({ milliseconds }) => milliseconds);
  return { count: samples.length, p50: percentile(samples, 0.5), p99: percentile(samples, 0.99) };
}

/** Every question is remembered, so that none is unaffected while Redis is away. */
export function whileRedisIsThere(
  outcomes: readonly Outcome[],
  faults: readonly FaultWindow[],
): readonly Outcome[] {
  const away = faults.filter(({ name }) => name === 'Redis restarts');
  return outcomes.filter(({ startedAt, milliseconds }) => {
    const endedAt = startedAt + milliseconds;
    return away.every(({ from, to }) => endedAt < from || startedAt > to + RECONNECT_MS);
  });
}

function usesNoFault({ question: { kind, fault, hangsUp } }: Outcome): boolean {
  return (kind === 'plain' || kind === 'steady') && fault === undefined && hangsUp === undefined;
}
