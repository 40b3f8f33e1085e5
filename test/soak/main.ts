import { printReport, problemsIn } from './print-report';
import { soak } from './soak';

const MAX_MINUTES = 60;

/** `npm run soak -- <minutes>` */
async function main(): Promise<void> {
  const minutes = Number(process.argv[2] ?? 2);
  if (!(minutes > 0 && minutes <= MAX_MINUTES)) throw new Error(`give minutes, up to ${MAX_MINUTES}`);
  const report = await soak({ calmMs: 15_000, faultMs: minutes * 60_000 });
  printReport(report);
  const problems = problemsIn(report);
  for (const problem of problems) console.log(`PROBLEM: ${problem}`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}

void main();
