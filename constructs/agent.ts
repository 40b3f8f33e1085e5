import { type k8s } from 'cdk8s-plus-28';
import { Construct, type IConstruct } from 'constructs';
import {
  AGENT_COMMAND,
  AGENT_DEFAULTS,
  agentConfigToEnv,
  CARD_PATH,
  HTTP_PORT,
  mcpServerUrlVariable,
  MODEL_API_KEY_VARIABLE,
  peerAgentUrlVariable,
} from '../runtime/contract';
import { type Egress } from './egress';
import { type Environment, fromSecret } from './environment';
import { type Exposure } from './exposure';
import { fail } from './fail';
import { RUNTIME_IMAGE } from './images';
import { type IMCPServer } from './mcp-server';
import { type IModelAPI } from './model-api';
import { isModelPattern, type ModelName, servesModel } from './model-name';
import { nameOf } from './names';
import { checkPeer, delegationCircles } from './peers';
import { RUNTIME_PROCESS } from './runtime-process';
import { processTelemetryEnv, type TelemetryOverride } from './telemetry-env';
import { missingEndpoint, reportingOf, telemetryTarget } from './telemetry-stack';
import { Workload } from './workload/workload';
import { type WorkloadOptions } from './workload/options';

const CONFIG_DIRECTORY = '/etc/kaos/agent';
const INSTRUCTIONS_FILE = 'instructions.txt';

/** An agent that others can delegate to. */
export interface IAgent extends IConstruct {
  /** What other agents know it by. */
  readonly name: string;
  /** Base address. */
  readonly url: string;
  /** Address of its card: what it is called and good at. */
  readonly cardUrl: string;
  /** Agents that it may delegate to in turn, as far as this app knows. */
  readonly subAgents: readonly IAgent[];
  /** What a caller's network policy has to let it reach. */
  readonly endpoint: Workload | Egress;
}

/** What an agent is made of. */
export interface AgentProps<M extends string = string> extends WorkloadOptions {
  /** Gateway to the model. */
  readonly modelAPI: IModelAPI<M>;
  /** Model it thinks with: one that the gateway serves. */
  readonly model: ModelName<NoInfer<M>>;
  /**
   * Tool servers it may call, each once.
   * @default - none: it answers from the model alone
   */
  readonly mcpServers?: readonly IMCPServer[];
  /**
   * Agents it may delegate to, each once, and none that delegates back.
   * @default - none: it does all work itself
   */
  readonly subAgents?: readonly IAgent[];
  /**
   * What it is good at, for its card and for the agents that delegate to it.
   * @default 'AI Agent'
   */
  readonly description?: string;
  /**
   * System prompt.
   * @default 'You are a helpful assistant.'
   */
  readonly instructions?: string;
  /**
   * Passes of the agentic loop before a request is given up. A whole number, 1 or more.
   * @default 5
   */
  readonly maxSteps?: number;
  /**
   * How clients outside the cluster reach it.
   * @default - they do not: it has its Service inside the cluster alone
   */
  readonly expose?: Exposure;
  /**
   * What it says of its telemetry in place of what its stack says.
   * @default - the stack's
   */
  readonly telemetry?: TelemetryOverride;
}

/**
 * An agent: answers chat completions by asking its model, calling its tools and delegating to its sub-agents.
 *
 * Renders the Deployment and Service `agent-<id>`, for its instructions the ConfigMap `agent-<id>-config`, and when
 * it is exposed the Ingress `agent-<id>`.
 */
export class Agent<M extends string = string> extends Construct implements IAgent {
  readonly name: string;
  readonly url: string;
  readonly cardUrl: string;
  /** Service in front of the agent. */
  readonly service: k8s.KubeService;
  readonly endpoint: Workload;
  private readonly ownMCPServers: IMCPServer[] = [];
  private readonly ownSubAgents: IAgent[] = [];

  constructor(scope: Construct, id: string, props: AgentProps<M>) {
    super(scope, id);
    this.name = nameOf(this);
    checkProps(this, props);

    const { instructions } = props;
    const workload = new Workload(this, 'workload', {
      ...RUNTIME_PROCESS,
      kind: 'agent',
      name: this.name,
      container: 'agent',
      image: props.image ?? RUNTIME_IMAGE,
      command: AGENT_COMMAND,
      config: instructions
        ? {
            name: `agent-${this.name}-config`,
            mountPath: CONFIG_DIRECTORY,
            data: () => ({ [INSTRUCTIONS_FILE]: instructions }),
          }
        : undefined,
      env: () => this.environment(props),
      reporting: () => reportingOf(this, props.telemetry),
      options: props,
    });
    this.endpoint = workload;
    this.url = workload.url;
    this.cardUrl = `${workload.url}${CARD_PATH}`;
    this.service = workload.service;
    workload.mayCall(props.modelAPI.endpoint);
    props.mcpServers?.forEach((server) => this.addMCPServer(server));
    props.subAgents?.forEach((agent) => this.addSubAgent(agent));
    props.expose?.addTo(this, 'ingress', this.service);

    this.node.addValidation({ validate: () => unservedModel(props) });
    this.node.addValidation({ validate: () => delegationCircles(this) });
    this.node.addValidation({ validate: () => missingEndpoint(this, props.telemetry) });
  }

  /** Tool servers it may call. */
  get mcpServers(): readonly IMCPServer[] {
    return [...this.ownMCPServers];
  }

  /** Agents it may delegate to. */
  get subAgents(): readonly IAgent[] {
    return [...this.ownSubAgents];
  }

  /** Lets the agent call the tools of a server. */
  addMCPServer(server: IMCPServer): void {
    if (!checkPeer(this, 'tool server', mcpServerUrlVariable, this.ownMCPServers, server)) return;
    this.ownMCPServers.push(server);
    this.endpoint.mayCall(server.endpoint);
  }

  /** Lets the agent delegate to another. */
  addSubAgent(agent: IAgent): void {
    if (!checkPeer(this, 'sub-agent', peerAgentUrlVariable, this.ownSubAgents, agent)) return;
    this.ownSubAgents.push(agent);
    this.endpoint.mayCall(agent.endpoint);
  }

  private environment(props: AgentProps<M>): Environment {
    const { modelAPI, model, description, instructions, maxSteps, logLevel } = props;
    return {
      ...agentConfigToEnv({
        name: this.name,
        description: description || undefined,
        instructionsFile: instructions ? `${CONFIG_DIRECTORY}/${INSTRUCTIONS_FILE}` : undefined,
        port: HTTP_PORT,
        modelUrl: modelAPI.url,
        model,
        maxSteps: maxSteps ?? AGENT_DEFAULTS.maxSteps,
        mcpServers: this.ownMCPServers,
        subAgents: this.ownSubAgents,
        logLevel: logLevel ?? AGENT_DEFAULTS.logLevel,
      }),
      ...(modelAPI.key && { [MODEL_API_KEY_VARIABLE]: fromSecret(modelAPI.key) }),
      ...processTelemetryEnv(telemetryTarget(this, props.telemetry)),
    };
  }
}

function checkProps(
  agent: IConstruct,
  { model, maxSteps = AGENT_DEFAULTS.maxSteps }: { model: string; maxSteps?: number },
): void {
  const isCount = Number.isSafeInteger(maxSteps) && maxSteps >= 1;
  if (!isCount) fail(agent, `maxSteps is ${maxSteps}`, 'give a whole number, 1 or more');
  if (model === '' || isModelPattern(model)) fail(agent, `model is "${model}"`, 'give the name of one model');
}

function unservedModel({ model, modelAPI }: { model: string; modelAPI: IModelAPI }): string[] {
  if (servesModel(modelAPI.models, model)) return [];
  return [
    `model "${model}" is not served by ${modelAPI.node.path}; give one of ${modelAPI.models.join(', ')}`,
  ];
}
