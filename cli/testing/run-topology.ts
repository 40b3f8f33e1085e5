import { type Chart } from 'cdk8s';
import { existsSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { chooseAgent } from '../local/agents';
import { ask } from '../local/ask';
import { buildPlan } from '../local/plan';
import { readManifests, readOthers } from '../local/manifests';
import { NO_REAL_PARTS, requireRealParts } from '../local/real/components';
import { checkReferences } from '../local/references';
import { noSecrets, readSecrets } from '../local/secrets';
import { LocalSystem } from '../local/system';
import { type Workload } from '../local/workload';
import { askStreaming } from './ask-streaming';
import { type TopologyRun } from './topology-run';
import { writeManifests } from './write-manifests';

/** How a topology is run, and what is asked of it. */
export interface RunTopologyOptions {
  /** The question. */
  readonly message: string;
  /**
   * Agent that is asked.
   * @default - the one that nobody delegates to
   */
  readonly agent?: string;
  /**
   * Whether the answer is streamed.
   * @default false, but for faults that need a stream
   */
  readonly stream?: boolean;
  /**
   * What happens while the answer is made: the client hangs up with the first bytes of a stream; the agent is told to end
   * with the first bytes of a stream, as in a rollout; the collector is away until the answer is there.
   * @default - nothing
   */
  readonly fault?: 'client-hangs-up' | 'agent-is-stopped' | 'collector-is-away';
  /**
   * File with manifests of kind Secret, for real models instead of the demo model.
   * @default - the demo model
   */
  readonly secrets?: string;
  /**
   * Whether LiteLLM and the OpenTelemetry Collector of this machine are used instead of their stand-ins.
   * @default false
   */
  readonly real?: boolean;
  /**
   * Where the bundled processes are.
   * @default - those of this package
   */
  readonly binDirectory?: string;
}

/**
 * Runs a chart as `kaos run` does, asks once, and tells all that came of it. Charts of the same app that it calls run only
 * if they are given too.
 *
 * @throws UserError when something could not be started; nothing is left running
 */
export async function runTopology(
  chart: Chart | readonly [Chart, ...Chart[]],
  options: RunTopologyOptions,
): Promise<TopologyRun> {
  const charts = (Array.isArray(chart) ? chart : [chart]) as readonly [Chart, ...Chart[]];
  const directory = writeManifests(charts[0]);
  try {
    return await run(
      directory,
      charts.map(({ node }) => node.id),
      options,
    );
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function run(
  directory: string,
  charts: readonly string[],
  options: RunTopologyOptions,
): Promise<TopologyRun> {
  const plan = buildPlan(readManifests(directory, charts));
  checkReferences(plan, () => readOthers(directory, plan.charts));
  const agent = chooseAgent(plan, options.agent);
  const never = new AbortController().signal;
  const system = await LocalSystem.start(
    plan,
    {
      ports: new Map(),
      secrets: options.secrets === undefined ? noSecrets : readSecrets(options.secrets),
      binDirectory: options.binDirectory ?? ownBinaries(),
      watcher: SILENT,
      real: options.real ? requireRealParts() : NO_REAL_PARTS,
      restart: false,
    },
    never,
  );
  let said: Said;
  try {
    said = await askWith(system, agent, options);
    await system.untilTraceIsWhole(said.traceId);
  } finally {
    await system.stop();
  }
  const { spans = [], logs = [], metrics = [] } = system.collector?.store ?? {};
  const services = plan.workloads
    .filter(({ role }) => role === 'agent' || role === 'mcpserver')
    .map(({ name }) => name);
  return { ...said, message: options.message, agent: agent.name, services, spans, logs, metrics };
}

type Said = Pick<TopologyRun, 'answer' | 'status' | 'traceId'>;

async function askWith(
  system: LocalSystem,
  agent: Workload,
  { message, stream, fault }: RunTopologyOptions,
): Promise<Said> {
  const asked = system.asked(agent);
  if (fault === 'collector-is-away') await system.closeReceiver();
  const hangUp = new AbortController();
  const isStreamed = stream ?? (fault === 'client-hangs-up' || fault === 'agent-is-stopped');
  if (!isStreamed) {
    const outcome = await ask(asked, message, hangUp.signal);
    if (fault === 'collector-is-away') await system.reopenReceiver();
    return { answer: outcome.answer, status: outcome.status, traceId: outcome.traceId };
  }
  const { text, end, traceId } = await askStreaming(asked, message, hangUp.signal, () => {
    if (fault === 'client-hangs-up') hangUp.abort();
    if (fault === 'agent-is-stopped') void system.end(agent);
  });
  if (fault === 'collector-is-away') await system.reopenReceiver();
  return { answer: text, status: end === 'done' ? 'ok' : (end ?? 'cut'), traceId };
}

const SILENT = {
  starting: () => undefined,
  ready: () => undefined,
  failed: () => undefined,
  died: () => undefined,
  line: () => undefined,
};

/** Beside this file when it is bundled; where they are built when it is not. */
function ownBinaries(): string {
  return existsSync(join(__dirname, 'agent.js')) ? __dirname : resolve(__dirname, '../../lib/bin');
}
