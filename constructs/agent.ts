import { type k8s, type SecretValue } from 'cdk8s-plus-28';
import { Construct, type IConstruct } from 'constructs';
import { AGENT_COMMAND, CARD_PATH, peerAgentUrlVariable, type PeerProtocol } from '../runtime/contract';
import {
  AGENT_FILES_DIRECTORY,
  agentFiles,
  agentSecretFiles,
  agentSettings,
  INSTRUCTIONS_FILE,
} from './agent/agent-settings';
import { checkAgentProps, completeAgentProps, unservedModel } from './agent/agent-checks';
import { type AgentProps } from './agent/agent-props';
import { AgentServers } from './agent/agent-servers';
import { type ToolUse } from './agent/tool-use';
import { unmatchedApprovals } from './agent/unmatched-approvals';
import { type Egress } from './egress';
import { ExternalAgent, type ExternalAgentProps } from './agent/external-agent';
import { runtimeImage } from './images';
import { type IMCPServer } from './mcp-server';
import { nameOf } from './names';
import { mayAddPeer, delegationCircles } from './agent/peers';
import { RUNTIME_PROCESS } from './workload/runtime-process';
import { deployIdentity } from './telemetry/deploy-identity';
import { processTelemetryEnv } from './telemetry/telemetry-env';
import { reportingOf, telemetryProblems, telemetryTarget } from './telemetry/telemetry-target';
import { Workload } from './workload/workload';

/** An agent that others can delegate to. */
export interface IAgent extends IConstruct {
  /** What other agents know it by. */
  readonly name: string;
  /** Base address. */
  readonly url: string;
  /** Address of its card: what it is called and good at. */
  readonly cardUrl: string;
  /** Key that callers show; undefined when it asks for none. */
  readonly key: SecretValue | undefined;
  /** Agents that it may delegate to in turn, as far as this app knows, without those that close a declared cycle. */
  readonly subAgents: readonly IAgent[];
  /** What a caller's network policy has to let it reach. */
  readonly endpoint: Workload | Egress;
  /** How it is spoken to; undefined stands for one of ours. */
  readonly protocol?: PeerProtocol;
  /** What it is good at, where it has no card to say so. */
  readonly description?: string;
  /** Model that it is asked for, where it asks to be told. */
  readonly model?: string;
}

/** How an agent may delegate to another. */
export interface SubAgentOptions {
  /**
   * Whether the other may delegate back, directly or through others. Each request knows how deep it is and is refused
   * beyond `maxDelegationDepth`.
   * @default false
   */
  readonly allowCycle?: boolean;
  /**
   * Key that the agent shows the other, which needs a copy in the agent's namespace.
   * @default - the first of the other's `apiKeys`, from a Secret of the same name in the agent's namespace
   */
  readonly apiKey?: SecretValue;
}

/**
 * An agent: answers chat completions by asking its model, calling its tools and delegating to its sub-agents.
 *
 * Renders the Deployment, Service and NetworkPolicy `agent-<id>`, for its instructions the ConfigMap
 * `agent-<id>-config`, and as asked for what exposes and scales it.
 */
export class Agent<M extends string = string> extends Construct implements IAgent {
  /** An agent that somebody else runs, spoken to by A2A or as an OpenAI-compatible API. */
  static fromUrl(scope: Construct, id: string, props: ExternalAgentProps): ExternalAgent {
    return new ExternalAgent(scope, id, props);
  }

  readonly name: string;
  readonly url: string;
  readonly cardUrl: string;
  readonly key: SecretValue | undefined;
  readonly endpoint: Workload;
  /** Service in front of the agent. */
  readonly service: k8s.KubeService;
  /** Its tool servers, and how it uses them. */
  readonly servers: AgentServers;
  private readonly ownSubAgents: IAgent[] = [];
  private readonly cyclic = new Set<IAgent>();
  private readonly keys = new Map<IAgent, SecretValue>();

  constructor(scope: Construct, id: string, said: AgentProps<M>) {
    super(scope, id);
    const props = completeAgentProps(this, said);
    this.name = nameOf(this);
    this.key = props.apiKeys;
    checkAgentProps(this, props);
    this.servers = new AgentServers(this, props.memory?.kind !== 'none');

    const { image = runtimeImage(this) } = props;
    const workload = new Workload(this, 'workload', {
      ...RUNTIME_PROCESS,
      kind: 'agent',
      name: this.name,
      container: 'agent',
      image,
      command: AGENT_COMMAND,
      config: {
        name: `agent-${this.name}-config`,
        mountPath: AGENT_FILES_DIRECTORY,
        isAddedLater: !props.instructions,
        data: () => agentFiles(this, props),
      },
      env: () => {
        const settings = agentSettings(this, props);
        const { [INSTRUCTIONS_FILE]: prompt, ...files } = agentFiles(this, props);
        const identity = deployIdentity(this, { image, settings: { ...settings, ...files }, prompt });
        return { ...settings, ...processTelemetryEnv(telemetryTarget(this, props.telemetry), identity) };
      },
      secretFiles: () => agentSecretFiles(this, props),
      reporting: () => reportingOf(this, props.telemetry),
      options: props,
    });
    this.endpoint = workload;
    this.url = workload.url;
    this.cardUrl = `${workload.url}${CARD_PATH}`;
    this.service = workload.service;

    workload.mayCall(props.modelAPI.endpoint);
    if (props.memory?.redis) workload.mayCall(props.memory.redis.egress);
    props.mcpServers?.forEach((server) => this.use(server));
    props.subAgents?.forEach((agent) => this.addSubAgent(agent));
    props.expose?.addTo(this, 'exposure', workload, 'agent');

    this.node.addValidation({ validate: () => unservedModel(props) });
    this.node.addValidation({ validate: () => unmatchedApprovals(this, props.toolApproval) });
    this.node.addValidation({ validate: () => delegationCircles(this) });
    this.node.addValidation({ validate: () => telemetryProblems(this, props.telemetry) });
  }

  /** Tool servers it may call. */
  get mcpServers(): readonly IMCPServer[] {
    return this.servers.all;
  }

  get subAgents(): readonly IAgent[] {
    return this.ownSubAgents.filter((agent) => !this.cyclic.has(agent));
  }

  /** All agents it may delegate to. */
  get delegates(): readonly IAgent[] {
    return [...this.ownSubAgents];
  }

  /** Key that it shows an agent it delegates to; undefined when that one asks for none. */
  keyFor(agent: IAgent): SecretValue | undefined {
    return this.keys.get(agent) ?? agent.key;
  }

  /** Lets the agent call the tools of a server: all of them, or those that are named. */
  use<T extends string>(server: IMCPServer<T>, options: ToolUse<NoInfer<T>> = {}): void {
    if (!this.servers.add(server, options)) return;
    this.endpoint.mayCall(server.endpoint);
    if (server.lock) this.endpoint.addFiles();
  }

  /** Lets the agent delegate to another. */
  addSubAgent(agent: IAgent, { allowCycle = false, apiKey }: SubAgentOptions = {}): void {
    if (!mayAddPeer(this, 'sub-agent', peerAgentUrlVariable, this.ownSubAgents, agent)) return;
    this.ownSubAgents.push(agent);
    if (allowCycle) this.cyclic.add(agent);
    if (apiKey) this.keys.set(agent, apiKey);
    this.endpoint.mayCall(agent.endpoint, { closesCycle: allowCycle });
  }
}
