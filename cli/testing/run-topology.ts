import { type Chart } from 'cdk8s';
import { existsSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { chooseAgent } from '../local/agents';
import { buildPlan } from '../local/plan';
import { readManifests, readOthers } from '../local/manifests';
import { NO_REAL_PARTS, requireRealParts } from '../local/real/components';
import { checkReferences } from '../local/references';
import { noSecrets, readSecrets } from '../local/secrets';
import { LocalSystem } from '../local/system';
import { askSystem, type Said } from './ask-system';
import { checkedCharts, checkOptions } from './check-options';
import { type RunTopologyOptions } from './run-topology-options';
import { type TopologyRun } from './topology-run';
import { writeManifests } from './write-manifests';

/**
 * Runs a chart as `kaos run` does, asks once, and tells all that came of it. Charts of the same app that it calls run only
 * if they are given too.
 *
 * @throws UserError when something could not be started; nothing is left running
 * @throws TypeError when there is no chart, an option is none that there is, or options exclude each other
 */
export async function runTopology(
  chart: Chart | readonly [Chart, ...Chart[]],
  options: RunTopologyOptions,
): Promise<TopologyRun> {
  const charts = checkedCharts(chart);
  checkOptions((options as RunTopologyOptions | undefined) ?? ({} as RunTopologyOptions));
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
    said = await askSystem(system, agent, options);
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
