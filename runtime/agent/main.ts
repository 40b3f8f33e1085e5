import { readFileSync } from 'node:fs';
import {
  agentConfigFromEnv,
  agentFilesFromEnv,
  ConfigError,
  readEach,
  telemetrySettingsFromEnv,
} from '../contract';
import { problemsOf } from '../process/conditions';
import { logConsole } from '../process/log-console';
import { runMain } from '../process/run-main';
import { serve } from '../process/serve';
import { startReporting } from '../process/start-reporting';
import { genAIGeneration } from '../telemetry/conventions';
import { capturesContent } from '../telemetry/message-content';
import { buildAgent, dependenciesOf } from './build-agent';
import { readLockedDigests } from './mcp/tool-lock';
import { listTools } from './tools/tools';

const WARM_UP_MS = 10_000;

void runMain(async () => {
  const files = agentFilesFromEnv(process.env);
  const [config, settings, fileInstructions, locked] = readEach(
    () => agentConfigFromEnv(process.env),
    () => telemetrySettingsFromEnv(process.env),
    () => readInstructions(files.instructionsFile),
    () => readLockedDigests(files.toolsLockFile),
  );
  const words = { instructions: fileInstructions ?? config.instructions, locked };
  const { log, telemetry } = startReporting(config, settings, process.env);
  logConsole(log);
  const agent = buildAgent(config, words, dependenciesOf(config), log, capturesContent(process.env), {
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

function readInstructions(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new ConfigError([`AGENT_INSTRUCTIONS_FILE is "${file}"; give a file that can be read`]);
  }
}
