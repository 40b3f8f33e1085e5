import { type MetricRecord, type SpanRecord } from '../../cli/local/collector/records';
import { type TelemetryStore } from '../../cli/local/collector/store';
import { SPAN, METRIC } from '../../runtime/telemetry/names';
import { type Outcome } from './load';

/** What a process says that it made and dropped, and what of it arrived. */
export interface Account {
  readonly made: number;
  readonly arrived: number;
  readonly dropped: number;
}

export interface TelemetryAccount {
  readonly spans: Account;
  readonly logs: Account;
  /** Questions that got a reply, and those of them whose trace is there. */
  readonly traces: { readonly asked: number; readonly arrived: number };
  /** Answered questions whose log record is not there. */
  readonly unlogged: readonly string[];
  /** Requests by the metric, and by spans. */
  readonly requests: { readonly counted: number; readonly arrived: number };
}

/** Adds up what all collectors, one after the other, got from one process. */
export function accountOf(stores: readonly TelemetryStore[], outcomes: readonly Outcome[]): TelemetryAccount {
  // What was sent twice, because a collector went away before it said that it had it, counts once.
  const spans = new Map<string, SpanRecord>();
  for (const span of stores.flatMap((store) => store.spans)) spans.set(span.traceId + span.spanId, span);
  const traceIds = new Set([...spans.values()].map(({ traceId }) => traceId));
  const logs = stores.flatMap((store) => store.logs);
  const logged = new Set(logs.map(({ traceId }) => traceId));
  const metrics = stores.at(-1)?.metrics ?? [];
  const traced = outcomes.filter(({ traceId }) => traceId !== undefined);
  const dropped = (signal: string) => sumOf(metrics, METRIC.telemetryDropped, { signal });
  return {
    spans: {
      made: sumOf(metrics, 'otel.sdk.span.started'),
      arrived: spans.size,
      dropped: dropped('traces'),
    },
    logs: { made: sumOf(metrics, 'otel.sdk.log.created'), arrived: logs.length, dropped: dropped('logs') },
    traces: {
      asked: traced.length,
      arrived: traced.filter(({ traceId }) => traceIds.has(traceId ?? '')).length,
    },
    unlogged: traced.flatMap(({ end, traceId }) =>
      end === 'answered' && traceId !== undefined && !logged.has(traceId) ? traceId : [],
    ),
    requests: {
      counted: sumOf(metrics, METRIC.requests),
      arrived: [...spans.values()].filter(({ name }) => name === SPAN.loop).length,
    },
  };
}

/** What is missing without a word. */
export function missingFrom(account: TelemetryAccount): string[] {
  const { spans, logs, traces, unlogged, requests } = account;
  const dropped = spans.dropped + logs.dropped;
  return [
    ...(spans.made > 0 && requests.counted > 0 ? [] : ['the last metrics did not arrive']),
    ...[
      { what: 'spans', ...spans },
      { what: 'log records', ...logs },
    ].flatMap(({ what, ...account }) => {
      const missing = account.made - account.arrived - account.dropped;
      return missing > 0
        ? [`${missing} of ${account.made} ${what} are missing and not said to be dropped`]
        : [];
    }),
    ...(dropped === 0 && traces.arrived < traces.asked
      ? [`${traces.asked - traces.arrived} traces did not arrive`]
      : []),
    ...(dropped === 0 && unlogged.length > 0 ? [`${unlogged.length} answers were not logged`] : []),
    ...(requests.counted < requests.arrived
      ? [`${requests.counted} requests were counted, and there are spans of ${requests.arrived}`]
      : []),
  ];
}

function sumOf(
  metrics: readonly MetricRecord[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  const points = metrics
    .filter((metric) => metric.name === name)
    .flatMap((metric) => (metric.type === 'sum' ? metric.points : []));
  return points
    .filter(({ attributes }) => Object.entries(labels).every(([label, value]) => attributes[label] === value))
    .reduce((sum, { value }) => sum + value, 0);
}
