import {
  AGENT_API_KEYS_VARIABLE,
  AGENT_DEFAULTS,
  agentConfigToEnv,
  HTTP_PORT,
  lockedDigestsToJson,
  MEMORY_REDIS_PASSWORD_VARIABLE,
  MODEL_API_KEY_VARIABLE,
  type PeerAgent,
  peerAgentKeyVariable,
} from '../../runtime/contract';
import { type Agent, type IAgent } from '../agent';
import { type AgentProps } from './agent-props';
import { type SecretFile } from '../workload/secret-files';
import { byText } from '../order';

export const AGENT_FILES_DIRECTORY = '/etc/kaos/agent';
export const INSTRUCTIONS_FILE = 'instructions.txt';
const LOCK_FILE = 'tools-lock.json';

/** The files of an agent's process. */
export function agentFiles({ servers }: Agent, { instructions }: AgentProps): Record<string, string> {
  const digests = servers.lockedDigests();
  return {
    ...(instructions ? { [INSTRUCTIONS_FILE]: instructions } : {}),
    ...(Object.keys(digests).length > 0 ? { [LOCK_FILE]: lockedDigestsToJson(digests) } : {}),
  };
}

/** The variables of an agent's process; telemetry and Secrets apart. */
export function agentSettings(agent: Agent, props: AgentProps): Record<string, string> {
  const { description, logLevel } = props;
  const files = agentFiles(agent, props);
  const pathOf = (file: string) => (file in files ? `${AGENT_FILES_DIRECTORY}/${file}` : undefined);
  return agentConfigToEnv({
    name: agent.name,
    description: description || undefined,
    instructionsFile: pathOf(INSTRUCTIONS_FILE),
    port: HTTP_PORT,
    publicUrl: props.publicUrl,
    modelUrl: props.modelAPI.url,
    model: props.model,
    toolCallMode: props.toolCallMode,
    toolApproval: [...(props.toolApproval ?? []), ...agent.servers.approval],
    maxParallelToolCalls: props.maxParallelToolCalls,
    maxToolResultChars: props.maxToolResultChars,
    maxContextTokens: props.maxContextTokens,
    maxSteps: props.maxSteps ?? AGENT_DEFAULTS.maxSteps,
    maxTotalSteps: props.maxTotalSteps,
    maxToolCalls: props.maxToolCalls,
    maxTokens: props.maxTokens,
    maxDelegationDepth: props.maxDelegationDepth,
    maxConcurrentRequests: props.maxConcurrentRequests,
    maxBodyBytes: props.maxBodySize && props.maxBodySize.toKibibytes() * 1024,
    modelMaxRetries: props.modelRetries,
    corsAllowedOrigins: props.allowedOrigins,
    requestTimeoutMs: props.requestTimeout?.toMilliseconds(),
    taskTimeoutMs: props.taskTimeout?.toMilliseconds(),
    modelTimeoutMs: props.modelTimeout?.toMilliseconds(),
    toolTimeoutMs: props.toolTimeout?.toMilliseconds(),
    delegationTimeoutMs: props.delegationTimeout?.toMilliseconds(),
    mcpServers: agent.servers.settings(),
    toolsLockFile: pathOf(LOCK_FILE),
    subAgents: agent.delegates.map((peer) => peerOf(agent, peer)),
    ...props.memory?.settings(agent.endpoint.namespace),
    logLevel: logLevel ?? AGENT_DEFAULTS.logLevel,
  });
}

function peerOf(agent: Agent, peer: IAgent): PeerAgent {
  const { name, url, protocol, description, model } = peer;
  // A task comes back on purpose where a circle is declared, and there alone.
  const allowCycle = agent.subAgents.includes(peer) ? undefined : true;
  return { name, url, protocol, description, model, allowCycle };
}

/** The Secrets of an agent's process. */
export function agentSecretFiles(agent: Agent, props: AgentProps): SecretFile[] {
  const { modelAPI, modelAPIKey = modelAPI.key, apiKeys, memory } = props;
  const password = memory?.redis?.password;
  const delegates = [...agent.delegates].sort((a, b) => byText(a.name, b.name));
  return [
    ...(modelAPIKey ? [{ variable: MODEL_API_KEY_VARIABLE, value: modelAPIKey }] : []),
    ...(apiKeys ? [{ variable: AGENT_API_KEYS_VARIABLE, value: apiKeys }] : []),
    ...(password ? [{ variable: MEMORY_REDIS_PASSWORD_VARIABLE, value: password }] : []),
    ...agent.servers.secretFiles(),
    ...delegates.flatMap((delegate) => {
      const key = agent.keyFor(delegate);
      return key ? [{ variable: peerAgentKeyVariable(delegate.name), value: key }] : [];
    }),
  ];
}
