import { type FastifyInstance } from 'fastify';
import { type Logger } from 'pino';
import {
  AGENT_API_KEYS_VARIABLE,
  type AgentConfig,
  GATEWAY_LIVENESS_PATH,
  HEALTH_PATH,
  type LockedDigests,
  MODEL_API_KEY_VARIABLE,
  type PeerAgent,
  peerAgentKeyVariable,
  TELEMETRY_DEFAULTS,
  type TelemetrySettings,
  type ToolCallMode,
} from '../contract';
import { Dependencies, type Dependency } from '../process/dependencies';
import { HttpClient } from '../process/http-client';
import { isAlive } from '../process/liveness';
import { PeerBreaker } from '../process/peer-breaker';
import { Secret } from '../process/secret';
import { type Closing, type Draining } from '../process/serve';
import { type GenAIGeneration } from '../telemetry/conventions';
import { inference } from '../telemetry/operations';
import { buildInstrumentation, type PeerState } from '../telemetry/with-span';
import { needsApproval } from './approval/approval';
import { UnmatchedApprovals } from './approval/unmatched-approvals';
import type * as A2A from './delegation/a2a-delegate';
import { buildAnswerer } from './answer';
import { capturingModel, capturingTools } from './captured-content';
import { KaosDelegate, OpenAIDelegate } from './delegation/chat-delegate';
import { ContextLimit } from './context/context-limit';
import { type Delegate } from './delegation/delegate';
import { JsonSchemas } from './tools/json-schemas';
import { MCPClient } from './mcp/mcp-client';
import { MCPTools } from './mcp/mcp-tools';
import { openMemory } from './memory/open-memory';
import { Sessions } from './memory/sessions';
import { type Model } from './model/model';
import { ModelClient } from './model/model-client';
import { RetryingModel } from './model/retrying-model';
import { buildAgentServer } from './server';
import { SubAgents } from './delegation/sub-agents';
import { AutoModel } from './model/text-mode/auto-model';
import { TextModel } from './model/text-mode/text-model';
import { ToolAccess } from './mcp/tool-access';
import { lockOf } from './mcp/tool-lock';
import { type Tools } from './tools/tools';

/** An agent put together: it does not listen yet, and tries to reach nobody but its memory. */
export interface BuiltAgent {
  readonly server: FastifyInstance;
  readonly tools: readonly Tools[];
  readonly dependencies: Dependencies;
  readonly secrets: readonly Secret[];
  /** What works on without a request. */
  readonly draining: readonly Draining[];
  /** What must be closed after the server, in this order. */
  readonly closing: readonly Closing[];
}

/** What may be chosen of its telemetry. */
export interface TelemetryChoices {
  readonly settings?: TelemetrySettings;
  readonly generation?: GenAIGeneration;
}

/**
 * @param words what its files say: what it is told, and what its tools may say
 * @param waitsFor what must be reached once before the agent is ready
 * @param capturesContent whether spans tell what was said
 */
export function buildAgent(
  config: AgentConfig,
  { instructions, locked }: { readonly instructions: string; readonly locked: LockedDigests },
  waitsFor: readonly Dependency[],
  log: Logger,
  capturesContent = false,
  { settings = TELEMETRY_DEFAULTS, generation = '1.41' }: TelemetryChoices = {},
): BuiltAgent {
  const { modelUrl, model, modelTimeoutMs, toolTimeoutMs, maxContextTokens } = config;
  const instrumentation = buildInstrumentation(config.name, log, generation);
  const { withSpan, withinSpan } = instrumentation;
  const http = new HttpClient(settings.includeHttpClient ? withSpan : undefined);
  const dependencies = new Dependencies(waitsFor, http, log);
  const { modelKey, callerKeys, peerKeys } = secretsOf(config);
  const { memory, redis } = openMemory(config, log);
  const sessionOptions = { contextLimit: config.memoryContextLimit, required: config.memoryRequired };
  const sessions = new Sessions(memory, sessionOptions, log);

  const unmatchedApprovals = new UnmatchedApprovals(
    config.toolApproval,
    namesOf(config.mcpServers),
    namesOf(config.subAgents),
    log,
  );
  const servers = config.mcpServers.map((server) => {
    const client = new MCPClient(server, server.timeoutMs ?? toolTimeoutMs, http);
    const probe = () => client.listTools();
    const told = (state: PeerState) =>
      instrumentation.countPeerState({ kind: 'mcp_server', name: server.name }, state);
    const breaker = new PeerBreaker(`MCP server "${server.name}"`, probe, log, told);
    const lock = lockOf(locked, server.name, instrumentation.countRefusal, log);
    const onListed = (tools: readonly string[]) => unmatchedApprovals.note(server.name, tools);
    return { client, breaker, access: new ToolAccess(server, lock, log, onListed) };
  });
  const mcpTools = new MCPTools(servers, settings.mcpSpan === 'merge' ? withinSpan : withSpan, log);
  const subAgents = config.subAgents.map((agent, index) => {
    const delegate = buildDelegate(agent, config, peerKeys[index] as Secret, http);
    const probe = (signal: AbortSignal) => isAlive(http, livenessUrl(agent), signal);
    const told = (state: PeerState) =>
      instrumentation.countPeerState({ kind: 'agent', name: agent.name }, state);
    return { delegate, breaker: new PeerBreaker(`agent "${agent.name}"`, probe, log, told) };
  });
  const breakers = [...servers, ...subAgents].map(({ breaker }) => breaker);
  const sources = [mcpTools, new SubAgents(subAgents)];
  const tools = capturesContent ? sources.map(capturingTools) : sources;
  const { timesChunks } = instrumentation;
  const modelOptions = { baseUrl: modelUrl, model, apiKey: modelKey, timeoutMs: modelTimeoutMs, timesChunks };
  const patient = new RetryingModel(new ModelClient(modelOptions, http), {
    maxRetries: config.modelMaxRetries,
    log,
  });
  const client = callingTools(config.toolCallMode, patient, log);
  const answer = buildAnswerer(config, instructions, {
    model: capturesContent ? capturingModel(client) : client,
    inference: inference(model, new URL(modelUrl)),
    tools,
    needsApproval: needsApproval(config.toolApproval),
    schemas: new JsonSchemas(log),
    limits: config,
    ...(maxContextTokens === undefined ? {} : { contextLimit: new ContextLimit(maxContextTokens) }),
    instrumentation,
    sessions,
    log,
  });
  const serverSecrets = servers.flatMap(({ client }) => client.credentials.secrets);
  const secrets = [modelKey, ...(callerKeys ? [callerKeys] : []), ...peerKeys, ...serverSecrets];
  const conditions = [...secrets, memory];
  const keys = callerKeys;
  const { server, tasks } = buildAgentServer({
    config,
    answer,
    sessions,
    redis,
    tools: () => mcpTools.known,
    missingTools: () => mcpTools.missing,
    unmatchedApprovals: () => unmatchedApprovals.patternsWithoutTool,
    dependencies,
    conditions,
    breakers,
    keys,
    withSpan: settings.includeHttpServer ? withSpan : undefined,
    log,
  });
  return {
    server,
    tools,
    dependencies,
    secrets,
    draining: [tasks],
    closing: [dependencies, ...breakers, mcpTools, http, memory],
  };
}

function namesOf(peers: readonly { readonly name: string }[]): readonly string[] {
  return peers.map(({ name }) => name);
}

function secretsOf({ modelApiKey, modelApiKeyFile, apiKeys, apiKeysFile, subAgents }: AgentConfig) {
  const isProtected = apiKeysFile !== undefined || apiKeys.length > 0;
  return {
    modelKey: new Secret(MODEL_API_KEY_VARIABLE, modelApiKey, modelApiKeyFile),
    callerKeys: isProtected ? new Secret(AGENT_API_KEYS_VARIABLE, apiKeys.join(','), apiKeysFile) : undefined,
    peerKeys: subAgents.map(
      ({ name, apiKey, apiKeyFile }) => new Secret(peerAgentKeyVariable(name), apiKey, apiKeyFile),
    ),
  };
}

function callingTools(mode: ToolCallMode, native: Model, log: Logger): Model {
  switch (mode) {
    case 'native':
      return native;
    case 'text':
      return new TextModel(native);
    case 'auto':
      return new AutoModel(native, log);
  }
}

function buildDelegate(agent: PeerAgent, config: AgentConfig, apiKey: Secret, http: HttpClient): Delegate {
  const { name: caller, memoryContextLimit: contextLimit, delegationTimeoutMs: timeoutMs } = config;
  const options = { caller, apiKey, contextLimit, timeoutMs };
  switch (agent.protocol) {
    case 'openai':
      return new OpenAIDelegate(agent, options, http);
    case 'a2a': {
      // Most agents have no use for it, and their start need not wait for it to load.
      // eslint-disable-next-line @typescript-eslint/no-require-imports
      const { A2ADelegate } = require('./delegation/a2a-delegate') as typeof A2A;
      return new A2ADelegate(agent, options, http);
    }
    default:
      return new KaosDelegate(agent, options, http);
  }
}

/** Each is asked whether it lives, not whether it is ready: agents that wait for each other would wait for ever. */
export function dependenciesOf({ modelUrl, mcpServers }: AgentConfig): Dependency[] {
  // Not its sub-agents: two that may delegate to each other would wait for each other for ever, because nobody reaches
  // a Service whose pods are not ready.
  return [
    { name: 'model gateway', livenessUrl: modelUrl + GATEWAY_LIVENESS_PATH },
    // Nor servers of other people, whose outage would be ours.
    ...mcpServers
      .filter(({ isExternal }) => !isExternal)
      .map(({ name, url }) => ({
        name: `MCP server ${name}`,
        livenessUrl: new URL(HEALTH_PATH, url).href,
      })),
  ];
}

/** Of agents that are not ours no more is known than where they are. */
function livenessUrl({ protocol = 'kaos', url }: PeerAgent): string {
  return protocol === 'kaos' ? new URL(HEALTH_PATH, url).href : url;
}
