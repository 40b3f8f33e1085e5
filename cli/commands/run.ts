import { nameWidth, reporter, styleFor } from '../console';
import { interruption } from '../interrupt';
import { chooseAgent } from '../local/agents';
import { type Outcome } from '../local/ask';
import { askAgent } from '../local/ask-agent';
import { UserError } from '../local/errors';
import { titlesOf } from '../local/plan';
import { NO_REAL_PARTS, requireRealParts } from '../local/real/components';
import { noSecrets, readSecrets } from '../local/secrets';
import { LocalSystem } from '../local/system';
import { printOutcome, type Results, resultsOf } from '../results';
import { readPlan } from './read-plan';

export interface RunOptions {
  readonly message: string;
  readonly agent?: string;
  readonly json?: boolean;
  readonly manifests: string;
  readonly secrets?: string;
  readonly real?: boolean;
}

/** `kaos run`: starts charts, asks once, prints answer and trace, stops everything. */
export async function run(
  charts: readonly string[],
  options: RunOptions,
  binDirectory: string,
): Promise<void> {
  const interrupted = interruption();
  const plan = readPlan(options.manifests, charts);
  const agent = chooseAgent(plan, options.agent);
  const style = styleFor(process.stderr);
  const system = await LocalSystem.start(
    plan,
    {
      ports: new Map(),
      secrets: options.secrets === undefined ? noSecrets : readSecrets(options.secrets),
      binDirectory,
      watcher: reporter(process.stderr, style, nameWidth(titlesOf(plan))),
      real: options.real ? requireRealParts() : NO_REAL_PARTS,
      restart: false,
    },
    interrupted.signal,
  );
  let outcome: Outcome;
  try {
    outcome = await askAgent(system, agent, options.message, interrupted.signal);
    // What others wrote does not flush at its end as ours does.
    if (options.real) await system.untilTraceIsWhole(outcome.traceId);
    process.stderr.write(`\n${agent.title} answered in ${Math.round(outcome.durationMs)} ms\n`);
  } finally {
    // Whatever came of the question: what the processes flush at their end belongs to the results.
    await system.stop();
  }
  print(resultsOf(agent, options.message, outcome, system), options);
  failWhere(outcome, system);
}

function print(results: Results, { json }: RunOptions): void {
  if (json) process.stdout.write(`${JSON.stringify(results, undefined, 2)}\n`);
  else printOutcome(results, process.stdout);
}

function failWhere({ status, answer }: Outcome, { died }: LocalSystem): void {
  if (status === 'error') throw new UserError(`the agent answered with an error: ${answer}`);
  if (died.length > 0)
    throw new UserError(`there is an answer, but ${died.join(', ')} ended while it was made`);
}
