import { type TopologyRun } from './topology-run';
import { refuse } from './trace-contract-error';

/** What may be told of requests; as labels of metrics they would make a series for each. */
const PER_REQUEST =
  /^(session\.id|user(\.id)?|trace_?id|span_?id|.*\.(conversation|request|response|call)\.id|url\..*)$/i;

/**
 * No metric has more series than that, and none has a label that differs with each request.
 *
 * @param most series of one metric of one service
 * @throws TraceContractError naming each metric that has more, or such a label
 */
export function expectBoundedSeries(run: TopologyRun, most = 50): void {
  refuse(
    'expectBoundedSeries',
    run.metrics.flatMap(({ service, name, points }) => {
      const labels = new Set(points.flatMap(({ attributes }) => Object.keys(attributes)));
      const telling = [...labels].filter((label) => PER_REQUEST.test(label));
      return [
        ...(points.length > most
          ? [`${name} of ${service} has ${points.length} series, more than ${most}`]
          : []),
        ...telling.map(
          (label) => `${name} of ${service} has the label ${label}, which differs with each request`,
        ),
      ];
    }),
  );
}
