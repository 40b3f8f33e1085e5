import { type TopologyRun } from './topology-run';
import { refuse } from './trace-contract-error';

/** A shorter one would be found by chance. */
const SHORTEST = 4;

/**
 * Nothing of these texts is in any span, log record or metric of the run, neither as it is nor as JSON writes it.
 *
 * @param canaries what must not be there: parts of the message, of what tools returned, and keys; each of 4 characters or
 *   more. The message itself is among them always.
 * @throws TraceContractError naming where each of them stands; the text itself is not repeated
 */
export function expectNoContent(run: TopologyRun, canaries: readonly string[] = []): void {
  const all = [run.message, ...canaries];
  const short = all.findIndex((canary) => canary.length < SHORTEST);
  if (short >= 0) {
    const which = short === 0 ? 'the message' : `canary ${short}`;
    throw new TypeError(
      `${which} has less than ${SHORTEST} characters; give one that is not found by chance`,
    );
  }
  const places: [string, unknown][] = [
    ...run.spans.map((span): [string, unknown] => [`span "${span.name}" of ${span.service}`, span]),
    ...run.logs.map((log): [string, unknown] => [`a log record of ${log.service}`, log]),
    ...run.metrics.map((metric): [string, unknown] => [`metric ${metric.name} of ${metric.service}`, metric]),
  ];
  refuse(
    'expectNoContent',
    all.flatMap((canary, index) => {
      const what = index === 0 ? 'the message' : `canary ${index}`;
      const forms = [canary, JSON.stringify(canary).slice(1, -1)];
      const found = places.filter(([, record]) => {
        const text = JSON.stringify(record);
        return forms.some((form) => text.includes(form));
      });
      return [...new Set(found.map(([place]) => `${what} is in ${place}`))];
    }),
  );
}
