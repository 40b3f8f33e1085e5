import { readFileSync } from 'node:fs';
import {
  type AgentConfig,
  agentConfigFromEnv,
  ConfigError,
  readBoth,
  telemetrySettingsFromEnv,
} from '../contract';
import { problemsOf } from '../process/conditions';
import { runMain } from '../process/run-main';
import { serve } from '../process/serve';
import { startReporting } from '../process/start-reporting';
import { genAIGeneration } from '../telemetry/conventions';
import { capturesContent } from '../telemetry/message-content';
import { buildAgent, dependenciesOf } from './build-agent';
import { listTools } from './tools/tools';

const WARM_UP_MS = 10_000;

void runMain(async () => {
  const [config, settings] = readBoth(
    () => agentConfigFromEnv(process.env),
    () => telemetrySettingsFromEnv(process.env),
  );
  const instructions = readInstructions(config);
  const { log, telemetry } = startReporting(config, settings, process.env);
  const agent = buildAgent(config, instructions, dependenciesOf(config), log, capturesContent(process.env), {
    settings,
    generation: genAIGeneration(process.env),
  });
  const { server, tools, dependencies, secrets, draining, closing } = agent;
  for (const problem of await problemsOf(secrets)) log.error(`not ready: ${problem}`);

  // The first question finds connections open and tools known.
  void dependencies.reachAll().then(() => {
    if (dependencies.ready) void listTools(tools, AbortSignal.timeout(WARM_UP_MS)).catch(() => undefined);
  });
  await serve(server, { ...config, log, draining, closing: [...closing, telemetry] });
});

function readInstructions({ instructions, instructionsFile }: AgentConfig): string {
  if (instructionsFile === undefined) return instructions;
  try {
    return readFileSync(instructionsFile, 'utf8');
  } catch {
    throw new ConfigError([`AGENT_INSTRUCTIONS_FILE is "${instructionsFile}"; give a file that can be read`]);
  }
}
