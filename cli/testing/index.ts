/** What one question to a topology is to look like in telemetry, as checks that any test runner can run. */
export { expectAnswered } from './expect-answered';
export { expectBoundedSeries } from './expect-bounded-series';
export { expectCancelled } from './expect-cancelled';
export { expectDelegationsParented } from './expect-delegations-parented';
export { expectNoContent } from './expect-no-content';
export { expectSingleTrace } from './expect-single-trace';
export { expectTaskLinked } from './expect-task-linked';
export { expectToolCallsParented } from './expect-tool-calls-parented';
export { expectUsageCountedOnce } from './expect-usage-counted-once';
export { runTopology } from './run-topology';
export { type RunTopologyOptions } from './run-topology-options';
export {
  type CallerSpan,
  type HistogramPoint,
  type LogRecord,
  type MetricRecord,
  type NumberPoint,
  type SpanRecord,
  type TopologyRun,
} from './topology-run';
export { TraceContractError } from './trace-contract-error';
