import { mcpServerConfigFromEnv } from '../contract';
import { endOnCrash } from '../process/end-on-crash';
import { runMain } from '../process/run-main';
import { serve } from '../process/serve';
import { LineBatch } from '../telemetry/line-batch';
import { buildLogger } from '../telemetry/log';
import { capturesContent } from '../telemetry/message-content';
import { Redactor } from '../telemetry/redaction/redactor';
import { startTelemetry } from '../telemetry/start';
import { buildInstrumentation } from '../telemetry/with-span';
import { allowedPages } from './strange-pages';
import { capturingTool } from './captured-content';
import { callersOf } from './callers';
import { loadTools } from './load-tools';
import { type RunnableTool, runnableTool } from './run-tool';
import { buildMCPServer } from './server';
import { StdioBridge } from './stdio/bridge';
import { timeLimited } from './time-limit';

void runMain(async () => {
  const config = mcpServerConfigFromEnv(process.env);
  const modules = loadTools(config.toolModules);
  const redactor = new Redactor(process.env);
  const telemetry = startTelemetry(process.env, config.name, redactor);
  const log = buildLogger({
    name: config.name,
    level: config.logLevel,
    export: telemetry.enabled,
    redactor,
    stdout: new LineBatch(process.stdout),
  });
  endOnCrash(log, telemetry);
  log.info(telemetry.summary);
  const { withSpan } = buildInstrumentation(config.name, log);
  const captures = capturesContent(process.env);
  const dress = (tool: RunnableTool) =>
    timeLimited(captures ? capturingTool(tool) : tool, config.toolTimeoutMs);
  const guards = { pages: allowedPages(config), callers: callersOf(config, log) };
  const parts = { name: config.name, ...guards, log, withSpan };
  if (config.stdio) {
    const bridge = new StdioBridge({ ...parts, config: config.stdio, env: process.env, dress });
    bridge.open();
    const server = buildMCPServer({ ...parts, tools: bridge.tools, conditions: [bridge] });
    await serve(server, { ...config, log, closing: [bridge, telemetry] });
  } else {
    const tools = modules.map((tool) => dress(runnableTool(tool, { log, withSpan })));
    const server = buildMCPServer({ ...parts, tools: new Map(tools.map((tool) => [tool.name, tool])) });
    await serve(server, { ...config, log, closing: [telemetry] });
  }
});
