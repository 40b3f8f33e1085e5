import { readFileSync } from 'node:fs';
import {
  type AgentConfig,
  agentConfigFromEnv,
  ConfigError,
  GATEWAY_LIVENESS_PATH,
  HEALTH_PATH,
} from '../contract';
import { Dependencies, type Dependency } from '../process/dependencies';
import { HttpClient } from '../process/http-client';
import { runMain } from '../process/run-main';
import { serve } from '../process/serve';
import { buildLogger } from '../telemetry/log';
import { inference } from '../telemetry/operations';
import { startTelemetry } from '../telemetry/start';
import { buildInstrumentation } from '../telemetry/with-span';
import { buildAnswerer } from './answer';
import { MCPClient } from './mcp-client';
import { MCPTools } from './mcp-tools';
import { ModelClient } from './model-client';
import { buildAgentServer } from './server';
import { SubAgents } from './sub-agents';
import { listTools } from './tools';

const WARM_UP_MS = 10_000;

void runMain(async () => {
  const config = agentConfigFromEnv(process.env);
  const instructions = readInstructions(config);
  const telemetry = startTelemetry(process.env, config.name);
  const log = buildLogger({ name: config.name, level: config.logLevel, export: telemetry.enabled });
  log.info(telemetry.summary);
  const instrumentation = buildInstrumentation(config.name, log);

  const http = new HttpClient();
  const dependencies = new Dependencies(dependenciesOf(config), http, log);
  const { modelUrl, model, modelApiKey, modelTimeoutMs, toolTimeoutMs, delegationTimeoutMs } = config;
  const servers = config.mcpServers.map((server) => new MCPClient(server, toolTimeoutMs, http));
  const mcpTools = new MCPTools(servers, instrumentation.withSpan, log);
  const tools = [mcpTools, new SubAgents(config.subAgents, delegationTimeoutMs, http)];
  const answer = buildAnswerer(config, instructions, {
    model: new ModelClient(
      { baseUrl: modelUrl, model, apiKey: modelApiKey, timeoutMs: modelTimeoutMs },
      http,
    ),
    inference: inference(model, new URL(modelUrl)),
    tools,
    maxSteps: config.maxSteps,
    instrumentation,
    log,
  });
  const server = buildAgentServer({ config, answer, dependencies, log });

  // The first question finds connections open and tools known.
  void dependencies.reachAll().then(() => {
    if (dependencies.ready) void listTools(tools, AbortSignal.timeout(WARM_UP_MS));
  });
  await serve(server, { ...config, log, closing: [dependencies, mcpTools, http, telemetry] });
});

function readInstructions({ instructions, instructionsFile }: AgentConfig): string {
  if (instructionsFile === undefined) return instructions;
  try {
    return readFileSync(instructionsFile, 'utf8');
  } catch {
    throw new ConfigError([`AGENT_INSTRUCTIONS_FILE is "${instructionsFile}"; give a file that can be read`]);
  }
}

/** Each is asked whether it lives, not whether it is ready: agents that wait for each other would wait for ever. */
function dependenciesOf({ modelUrl, mcpServers, subAgents }: AgentConfig): Dependency[] {
  const others = [
    ...mcpServers.map((server) => ({ ...server, kind: 'MCP server' })),
    ...subAgents.map((agent) => ({ ...agent, kind: 'agent' })),
  ];
  return [
    { name: 'model gateway', livenessUrl: modelUrl + GATEWAY_LIVENESS_PATH },
    ...others.map(({ kind, name, url }) => ({
      name: `${kind} ${name}`,
      livenessUrl: new URL(HEALTH_PATH, url).href,
    })),
  ];
}
