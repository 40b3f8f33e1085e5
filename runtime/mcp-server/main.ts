import { mcpServerConfigFromEnv } from '../contract';
import { runMain } from '../process/run-main';
import { serve } from '../process/serve';
import { buildLogger } from '../telemetry/log';
import { startTelemetry } from '../telemetry/start';
import { buildInstrumentation } from '../telemetry/with-span';
import { loadTools } from './load-tools';
import { runnableTool } from './run-tool';
import { buildMCPServer } from './server';

void runMain(async () => {
  const config = mcpServerConfigFromEnv(process.env);
  const tools = new Map(loadTools(config.toolModules).map((tool) => [tool.name, runnableTool(tool)]));
  const telemetry = startTelemetry(process.env, config.name);
  const log = buildLogger({ name: config.name, level: config.logLevel, export: telemetry.enabled });
  log.info(telemetry.summary);
  const { withSpan } = buildInstrumentation(config.name, log);
  const server = buildMCPServer({ name: config.name, tools, withSpan, log });
  await serve(server, { ...config, log, closing: [telemetry] });
});
