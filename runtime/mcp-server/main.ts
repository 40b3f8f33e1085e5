import { type FastifyInstance } from 'fastify';
import { mcpServerConfigFromEnv, telemetrySettingsFromEnv } from '../contract';
import { endOnCrash } from '../process/end-on-crash';
import { requestSpans } from '../process/request-spans';
import { runMain } from '../process/run-main';
import { type Closing, serve } from '../process/serve';
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
  const settings = telemetrySettingsFromEnv(process.env);
  const redactor = new Redactor(process.env);
  const telemetry = startTelemetry(process.env, config.name, redactor);
  const log = buildLogger({
    name: config.name,
    level: config.logLevel,
    export: telemetry.enabled,
    redactor,
    stdout: new LineBatch(process.stdout),
    ...settings,
  });
  endOnCrash(log, telemetry);
  log[telemetry.severity](telemetry.summary);
  const { withSpan } = buildInstrumentation(config.name, log);
  const listen = (server: FastifyInstance, ...closing: Closing[]) => {
    if (settings.includeHttpServer) server.addHook('onRequest', requestSpans(withSpan));
    return serve(server, { ...config, log, closing: [...closing, telemetry] });
  };
  const captures = capturesContent(process.env);
  const dress = (tool: RunnableTool) =>
    timeLimited(captures ? capturingTool(tool) : tool, config.toolTimeoutMs);
  const guards = { pages: allowedPages(config), callers: callersOf(config, log) };
  const parts = { name: config.name, ...guards, log, withSpan };
  if (config.stdio) {
    const bridge = new StdioBridge({ ...parts, config: config.stdio, env: process.env, dress });
    bridge.open();
    const { tools, knowsTools } = bridge;
    const server = buildMCPServer({ ...parts, tools, knowsTools, conditions: [bridge] });
    await listen(server, bridge);
  } else {
    const tools = modules.map((tool) => dress(runnableTool(tool, { log, withSpan })));
    const server = buildMCPServer({ ...parts, tools: new Map(tools.map((tool) => [tool.name, tool])) });
    await listen(server);
  }
});
