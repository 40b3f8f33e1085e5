import { type FastifyInstance } from 'fastify';
import { mcpServerConfigFromEnv, readEach, telemetrySettingsFromEnv } from '../contract';
import { requestSpans } from '../process/request-spans';
import { runMain } from '../process/run-main';
import { type Closing, serve } from '../process/serve';
import { startReporting } from '../process/start-reporting';
import { capturesContent } from '../telemetry/message-content';
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
  const [config, settings] = readEach(
    () => mcpServerConfigFromEnv(process.env),
    () => telemetrySettingsFromEnv(process.env),
  );
  const modules = loadTools(config.toolModules);
  const { log, telemetry } = startReporting(config, settings, process.env);
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
