import { mcpServerConfigFromEnv } from '../contract';
import { endOnCrash } from '../process/end-on-crash';
import { runMain } from '../process/run-main';
import { serve } from '../process/serve';
import { LineBatch } from '../telemetry/line-batch';
import { buildLogger } from '../telemetry/log';
import { capturesContent } from '../telemetry/message-content';
import { startTelemetry } from '../telemetry/start';
import { buildInstrumentation } from '../telemetry/with-span';
import { capturingTool } from './captured-content';
import { loadTools } from './load-tools';
import { runnableTool } from './run-tool';
import { buildMCPServer } from './server';

void runMain(async () => {
  const config = mcpServerConfigFromEnv(process.env);
  const runnable = loadTools(config.toolModules).map(runnableTool);
  const served = capturesContent(process.env) ? runnable.map(capturingTool) : runnable;
  const tools = new Map(served.map((tool) => [tool.name, tool]));
  const telemetry = startTelemetry(process.env, config.name);
  const log = buildLogger({
    name: config.name,
    level: config.logLevel,
    export: telemetry.enabled,
    stdout: new LineBatch(process.stdout),
  });
  endOnCrash(log, telemetry);
  log.info(telemetry.summary);
  const { withSpan } = buildInstrumentation(config.name, log);
  const server = buildMCPServer({ name: config.name, tools, withSpan, log });
  await serve(server, { ...config, log, closing: [telemetry] });
});
