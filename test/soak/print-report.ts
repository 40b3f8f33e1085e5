import { type SoakReport } from './soak';

/** Says what became of all questions, and what the agent took for it. */
export function printReport(report: SoakReport): void {
  const { outcomes, faults, before, after, calmMs, amidMs } = report;
  console.log(`questions: ${outcomes.length}`);
  for (const [end, count] of counted(
    outcomes.map(({ end, detail }) => (end === 'refused' ? `refused: ${detail}` : end)),
  ))
    console.log(`  ${end}: ${count}`);
  for (const [fault, times] of Object.entries(faults)) console.log(`${fault}: ${times} times`);
  console.log(`asked twice: ${report.askedTwice.length}`);
  console.log(`memory, MiB: ${before.rssMiB} before, ${after.rssMiB} after`);
  console.log(`sockets: ${before.sockets} before, ${after.sockets} after`);
  console.log(
    `median of unaffected questions, ms: ${calmMs.toFixed(1)} calm, ${amidMs.toFixed(1)} amid faults, ratio ${(amidMs / calmMs).toFixed(2)}`,
  );
  console.log(
    `traces that arrived: ${(report.traceShare * 100).toFixed(1)} %, lost after the faults: ${report.lostTraces.length}`,
  );
  console.log(`exit: ${report.exit}${report.stderr && `, stderr: ${report.stderr}`}`);
}

function counted(words: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** What no soak may find. */
export function problemsIn(report: SoakReport): string[] {
  const { outcomes, before, after } = report;
  const expected = ['model_failed', 'deadline_exceeded'];
  const wrong = outcomes.filter(
    ({ end, detail }) => end === 'wrong' || (end === 'refused' && !expected.includes(detail)),
  );
  const needless = outcomes.filter(({ end, question }) => end === 'refused' && question.fault === undefined);
  return [
    ...wrong.slice(0, 5).map((outcome) => `neither an answer nor a clear error: ${JSON.stringify(outcome)}`),
    ...needless.slice(0, 5).map((outcome) => `refused without need: ${JSON.stringify(outcome)}`),
    ...report.askedTwice.slice(0, 5).map((outcome) => `asked twice: ${JSON.stringify(outcome)}`),
    ...(after.rssMiB > before.rssMiB * 1.5 + 50
      ? [`memory grew from ${before.rssMiB} to ${after.rssMiB} MiB`]
      : []),
    ...(report.lostTraces.length > 0 ? [`${report.lostTraces.length} traces did not arrive`] : []),
    ...(report.exit === 0 ? [] : [`the agent ended with ${report.exit}`]),
    ...(report.stderr === '' ? [] : [`the agent wrote to stderr: ${report.stderr.slice(0, 1_000)}`]),
  ];
}
