import { type Latency } from './latency';
import { type SoakReport } from './soak';
import { type Account, missingFrom } from './telemetry-account';

/** Says what became of all questions, and what the agent took for it. */
export function printReport(report: SoakReport): void {
  const { outcomes, faults, done, twice, before, after, latency, telemetry } = report;
  console.log(`questions: ${outcomes.length}`);
  const ends = outcomes.map(({ end, detail }) => (detail === '' ? end : `${end}: ${detail.slice(0, 40)}`));
  for (const [end, count] of counted(ends)) console.log(`  ${end}: ${count}`);
  for (const [fault, times] of counted(faults.map(({ name }) => name)))
    console.log(`${fault}: ${times} times`);
  const { toolRuns, tasks, modelAnswers } = done;
  console.log(
    `done: ${toolRuns} tool runs, ${tasks} tasks of the sub-agent, ${modelAnswers} model answers; twice: ${twice.length}`,
  );
  console.log(`memory, MiB: ${before.rssMiB} before, ${after.rssMiB} after`);
  console.log(`sockets: ${before.sockets} before, ${after.sockets} after`);
  console.log('questions that use nothing faulty, ms:');
  printLatency('  before the faults', latency.calm);
  printLatency('  amid faults of all but Redis', latency.amid);
  printLatency('  while Redis is away', latency.withoutRedis);
  printLatency('  after the faults', latency.last);
  printAccount('spans', telemetry.spans);
  printAccount('log records', telemetry.logs);
  const { traces, requests, unlogged } = telemetry;
  console.log(
    `traces: ${traces.arrived} of ${traces.asked} arrived, answers without a log record: ${unlogged.length}`,
  );
  console.log(`requests: ${requests.counted} counted by the metric, spans of ${requests.arrived} arrived`);
  console.log(`exit: ${report.exit}${report.stderr && `, stderr: ${report.stderr}`}`);
}

function printLatency(when: string, { count, p50, p99 }: Latency): void {
  console.log(`${when}: p50 ${p50.toFixed(1)}, p99 ${p99.toFixed(1)} (${count} questions)`);
}

function printAccount(what: string, { made, arrived, dropped }: Account): void {
  console.log(`${what}: ${made} made, ${arrived} arrived, ${dropped} dropped by the agent's own count`);
}

function counted(words: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** What no soak may find. */
export function problemsIn(report: SoakReport): string[] {
  const { outcomes, before, after, latency } = report;
  const expected = ['model_failed', 'deadline_exceeded'];
  const wrong = outcomes.filter(
    ({ end, detail }) => end === 'wrong' || (end === 'refused' && !expected.includes(detail)),
  );
  const needless = outcomes.filter(({ end, question }) => end === 'refused' && question.fault === undefined);
  return [
    ...wrong.slice(0, 5).map((outcome) => `neither an answer nor a clear error: ${JSON.stringify(outcome)}`),
    ...needless.slice(0, 5).map((outcome) => `refused without need: ${JSON.stringify(outcome)}`),
    ...report.twice
      .slice(0, 5)
      .map(
        ({ what, id }) =>
          `done twice: ${what} for ${JSON.stringify(outcomes.find(({ question }) => question.id === id))}`,
      ),
    ...(after.rssMiB > before.rssMiB * 1.5 + 50
      ? [`memory grew from ${before.rssMiB} to ${after.rssMiB} MiB`]
      : []),
    ...slowedBeyond(latency),
    ...missingFrom(report.telemetry),
    ...(report.exit === 0 ? [] : [`the agent ended with ${report.exit}`]),
    ...(report.stderr === '' ? [] : [`the agent wrote to stderr: ${report.stderr.slice(0, 1_000)}`]),
  ];
}

const SLACK_MS = 500;

/**
 * Bounds far from what is usual: they tell a question that waited for what it does not use, as all of its kind then
 * would, from a busy machine.
 */
function slowedBeyond({ calm, amid, last }: SoakReport['latency']): string[] {
  return (['p50', 'p99'] as const).flatMap((which) => {
    const usual = Math.max(calm[which], last[which]);
    const isSlow = amid[which] > usual * 5 + SLACK_MS;
    return isSlow
      ? [`${which} of unaffected questions: ${usual} ms without faults, ${amid[which]} ms amid`]
      : [];
  });
}
