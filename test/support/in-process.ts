import {
  type AgentConfig,
  type AgentSettings,
  agentConfigFromEnv,
  agentConfigToEnv,
} from '../../runtime/contract';
import { buildAnswerer } from '../../runtime/agent/answer';
import { MCPClient } from '../../runtime/agent/mcp-client';
import { MCPTools } from '../../runtime/agent/mcp-tools';
import { ModelClient } from '../../runtime/agent/model-client';
import { buildAgentServer } from '../../runtime/agent/server';
import { SubAgents } from '../../runtime/agent/sub-agents';
import { runnableTool } from '../../runtime/mcp-server/run-tool';
import { buildMCPServer } from '../../runtime/mcp-server/server';
import { type ToolDefinition } from '../../runtime/mcp-server/tool';
import { Dependencies } from '../../runtime/process/dependencies';
import { HttpClient } from '../../runtime/process/http-client';
import { buildLogger } from '../../runtime/telemetry/log';
import { inference } from '../../runtime/telemetry/operations';
import { buildInstrumentation } from '../../runtime/telemetry/with-span';
import { type Logger } from 'pino';
import { type Listening, listenFastify } from './http';

/** What is logged goes to the in-memory exporter. */
function buildTestLogger(name: string): Logger {
  return buildLogger({ name, level: 'DEBUG', export: true });
}

/** Puts an agent together as its `main.ts` does, on any free port. */
export async function startAgent(settings: AgentSettings): Promise<Listening> {
  const config: AgentConfig = agentConfigFromEnv(agentConfigToEnv(settings));
  const log = buildTestLogger(config.name);
  const instrumentation = buildInstrumentation(config.name, log);
  const http = new HttpClient();
  const servers = config.mcpServers.map((server) => new MCPClient(server, config.toolTimeoutMs, http));
  const mcpTools = new MCPTools(servers, instrumentation.withSpan, log);
  const answer = buildAnswerer(config, config.instructions, {
    model: new ModelClient(
      {
        baseUrl: config.modelUrl,
        model: config.model,
        apiKey: config.modelApiKey,
        timeoutMs: config.modelTimeoutMs,
      },
      http,
    ),
    inference: inference(config.model, new URL(config.modelUrl)),
    tools: [mcpTools, new SubAgents(config.subAgents, config.delegationTimeoutMs, http)],
    maxSteps: config.maxSteps,
    instrumentation,
    log,
  });
  const dependencies = new Dependencies([], http, log);
  const server = await listenFastify(buildAgentServer({ config, answer, dependencies, log }));
  return {
    ...server,
    close: async () => {
      await server.close();
      await mcpTools.close();
      await http.close();
    },
  };
}

/** Puts a tool server together as its `main.ts` does. */
export function startToolServer(
  name: string,
  tools: Readonly<Record<string, ToolDefinition>>,
  port = 0,
): Promise<Listening> {
  const log = buildTestLogger(name);
  const { withSpan } = buildInstrumentation(name, log);
  const runnable = Object.entries(tools).map(([name, definition]) => runnableTool({ name, definition }));
  const byName = new Map(runnable.map((tool) => [tool.name, tool]));
  return listenFastify(buildMCPServer({ name, tools: byName, withSpan, log }), port);
}
