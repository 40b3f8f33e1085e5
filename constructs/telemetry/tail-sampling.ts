import { type Duration } from 'cdk8s';

/** Which traces are kept, once all of a trace has been seen. One that has an error always is. */
export interface TailSampling {
  /**
   * How many of the other traces are kept, in percent.
   * @default 10
   */
  readonly percentage?: number;
  /**
   * Traces that took longer than this are all kept.
   * @default Duration.seconds(30)
   */
  readonly slowerThan?: Duration;
  /**
   * How long the spans of a trace are awaited: longer than agents take to answer, or a trace comes in parts.
   * @default Duration.seconds(90)
   */
  readonly decisionWait?: Duration;
  /**
   * Traces that a collector awaits spans of at the same time; the oldest make room. Each takes memory for all its
   * spans, some 50 kB for a conversation with an agent.
   * @default 5000
   */
  readonly tracesInMemory?: number;
  /**
   * Pods that decide, where the collector has several replicas. A whole number, 1 or more.
   * @default - as many as there are replicas at least, and no fewer than 2
   */
  readonly samplers?: number;
}

/** The processor that decides about whole traces. */
export function tailSamplingProcessor({
  percentage = 10,
  slowerThan,
  decisionWait,
  tracesInMemory = 5000,
}: TailSampling): object {
  return {
    decision_wait: inSeconds(decisionWait?.toMilliseconds() ?? 90_000),
    num_traces: tracesInMemory,
    // Spans that come late share the fate of their trace.
    decision_cache: {
      sampled_cache_size: tracesInMemory * 10,
      non_sampled_cache_size: tracesInMemory * 10,
    },
    policies: [
      { name: 'errors', type: 'status_code', status_code: { status_codes: ['ERROR'] } },
      {
        name: 'slow',
        type: 'latency',
        latency: { threshold_ms: slowerThan?.toMilliseconds() ?? 30_000 },
      },
      { name: 'rest', type: 'probabilistic', probabilistic: { sampling_percentage: percentage } },
    ],
  };
}

/** What is wrong with the numbers, and what to do about it. */
export function tailSamplingProblems({
  percentage,
  slowerThan,
  decisionWait,
}: TailSampling): [problem: string, fix: string][] {
  const isPercentage = percentage === undefined || (percentage >= 0 && percentage <= 100);
  const hasWait = decisionWait === undefined || decisionWait.toMilliseconds() >= 1000;
  const hasLimit = slowerThan === undefined || slowerThan.toMilliseconds() >= 1;
  return [
    ...report(isPercentage, `tailSampling.percentage is ${percentage}`, 'give a number from 0 to 100'),
    ...report(hasWait, 'tailSampling.decisionWait is less than a second', 'give a second or more'),
    ...report(hasLimit, 'tailSampling.slowerThan is no time at all', 'give a millisecond or more'),
  ];
}

function report(isRight: boolean, problem: string, fix: string): [string, string][] {
  return isRight ? [] : [[problem, fix]];
}

function inSeconds(milliseconds: number): string {
  return milliseconds % 1000 === 0 ? `${milliseconds / 1000}s` : `${milliseconds}ms`;
}
