import { nameWidth, reporter, type Style, styleFor } from '../console';
import { interruption } from '../interrupt';
import { isFree } from '../local/ports';
import { agentsOf, chooseAgent, entryAgents } from '../local/agents';
import { curlLine } from '../local/ask';
import { askAgent } from '../local/ask-agent';
import { type Plan, titlesOf } from '../local/plan';
import { NO_REAL_PARTS, requireRealParts } from '../local/real/components';
import { noSecrets, readSecrets } from '../local/secrets';
import { LocalSystem } from '../local/system';
import { whenAborted } from '../local/when-aborted';
import { type Workload } from '../local/workload';
import { printOutcome, resultsOf } from '../results';
import { readPlan } from './read-plan';

export interface UpOptions {
  readonly message?: string;
  readonly agent?: string;
  readonly port?: number;
  readonly manifests: string;
  readonly secrets?: string;
  readonly real?: boolean;
}

/** Where the agent that people talk to listens when nobody says otherwise and it is free. */
const USUAL_PORT = 8000;

/** `kaos up`: starts charts, asks a question if there is one, and stays until it is interrupted. */
export async function up(charts: readonly string[], options: UpOptions, binDirectory: string): Promise<void> {
  const interrupted = interruption();
  const plan = readPlan(options.manifests, charts);
  const needsOne = options.message !== undefined || options.agent !== undefined || options.port !== undefined;
  const front = needsOne ? chooseAgent(plan, options.agent) : entryAgents(plan)[0];
  const style = styleFor(process.stderr);
  const system = await LocalSystem.start(
    plan,
    {
      ports: await frontPort(front, options.port),
      secrets: options.secrets === undefined ? noSecrets : readSecrets(options.secrets),
      binDirectory,
      watcher: reporter(process.stderr, style, nameWidth(titlesOf(plan))),
      real: options.real ? requireRealParts() : NO_REAL_PARTS,
      restart: true,
    },
    interrupted.signal,
  );
  try {
    if (front && options.message !== undefined)
      await askAndShow(system, front, options.message, interrupted.signal);
    printAddresses(system, plan, { front, wanted: options.port, message: options.message }, style);
    const failure = await Promise.race([whenAborted(interrupted.signal), system.failure]);
    if (failure) throw failure;
  } catch (error) {
    if (!interrupted.signal.aborted) throw error;
  } finally {
    process.stderr.write(style.dim('\nstopping\n'));
    await system.stop();
  }
}

async function frontPort(
  front: Workload | undefined,
  wanted: number | undefined,
): Promise<Map<Workload, number>> {
  if (!front) return new Map();
  if (wanted !== undefined) return new Map([[front, wanted]]);
  return (await isFree(USUAL_PORT)) ? new Map([[front, USUAL_PORT]]) : new Map();
}

async function askAndShow(
  system: LocalSystem,
  agent: Workload,
  message: string,
  signal: AbortSignal,
): Promise<void> {
  process.stderr.write(`\nasking ${agent.title}: ${message}\n`);
  const outcome = await askAgent(system, agent, message, signal);
  await system.untilTraceIsWhole(outcome.traceId);
  printOutcome(resultsOf(agent, message, outcome, system), process.stdout);
}

/** Who is asked, where they were wanted, and what they were asked first. */
interface Asking {
  readonly front: Workload | undefined;
  readonly wanted: number | undefined;
  readonly message: string | undefined;
}

function printAddresses(
  system: LocalSystem,
  plan: Plan,
  { front, wanted, message }: Asking,
  style: Style,
): void {
  const width = nameWidth(titlesOf(plan));
  const line = (name: string, address: string) =>
    process.stdout.write(`  ${name.padEnd(width)} ${address}\n`);
  process.stdout.write(`\n${style.bold('running')}\n`);
  for (const agent of agentsOf(plan)) {
    const isElsewhere = agent === front && system.ports.mainOf(agent) !== (wanted ?? USUAL_PORT);
    const note = isElsewhere ? ` (port ${USUAL_PORT} is in use)` : '';
    line(agent.title, system.ports.urlOf(agent) + note);
  }
  if (system.collector)
    line('OTLP', `${system.collector.grpcUrl} (gRPC), ${system.collector.httpUrl} (HTTP)`);
  if (front) {
    const question = message ?? 'What can you do?';
    process.stdout.write(`\n${style.bold('ask again')}\n  ${curlLine(system.asked(front), question)}\n`);
  }
  process.stdout.write(`\n${style.dim('Ctrl-C stops everything')}\n`);
}
