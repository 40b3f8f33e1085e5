import { type k8s, type SecretValue } from 'cdk8s-plus-28';
import { Construct, type IConstruct } from 'constructs';
import { type LockedServer, MCP_PATH, MCP_SERVER_DEFAULTS } from '../runtime/contract';
import { type Egress } from './egress';
import { type Environment } from './environment';
import { type Exposure } from './exposure';
import { checkPages, type PageProps, pagesEnv } from './mcp-server/allowed-pages';
import { nameOf } from './names';
import { deployIdentity } from './telemetry/deploy-identity';
import { processTelemetryEnv, type TelemetryOverride } from './telemetry/telemetry-env';
import { reportingOf, telemetryProblems, telemetryTarget } from './telemetry/telemetry-target';
import { type ServerPod } from './mcp-server/tool-source';
import { Tools } from './tools';
import { Workload } from './workload/workload';
import { type WorkloadOptions } from './workload/options';
import { refuseSecrets } from './refuse-secrets';
import { described, givenList, givenProps, givenSecret } from './given';
import { fail } from './fail';
import { ExternalMCPServer, type ExternalMCPServerProps } from './mcp-server/external-mcp-server';
import { checkLock } from './mcp-server/locked-tools';
import { type ServerCaller, ServerCallers } from './mcp-server/server-callers';

/**
 * A server whose tools agents can call.
 *
 * @typeParam T names of the tools, where they are known
 */
export interface IMCPServer<T extends string = string> extends IConstruct {
  /** Names of the tools, where they are known. */
  readonly toolNames?: readonly T[] | undefined;
  /** What its tools may say of themselves; agents are offered no others. */
  readonly lock?: LockedServer<T> | undefined;
  /** What agents know it by. */
  readonly name: string;
  /** Base address, without the path of the protocol. */
  readonly url: string;
  /** Address of MCP over streamable HTTP. */
  readonly mcpUrl: string;
  /** What a caller's network policy has to let it reach. */
  readonly endpoint: Workload | Egress;
  /** Whether callers have to show a key. Complete at synthesis. */
  readonly asksForKeys?: boolean;
  /** Key that callers show unless they have one of their own. */
  readonly key?: SecretValue;
  /** What callers tell it beside that, by the names of headers. */
  readonly headers?: Readonly<Record<string, SecretValue>>;
  /** Whether somebody else runs it, so that agents do not wait for it. */
  readonly isExternal?: boolean;
  /** Lets a caller in by a key of its own; undefined where it is not asked for one, or by somebody else. */
  letIn?(caller: ServerCaller): void;
}

/** What an MCP server is made of. */
export interface MCPServerProps<T extends string = string> extends WorkloadOptions, PageProps {
  /** The tools it serves. */
  readonly tools: Tools<T>;
  /**
   * Keys, one a line, of which callers show one as a bearer token: all but probes asks for it. Agents show the first, from
   * a Secret of the same name in their own namespace, unless `use` gives them a key of their own.
   * @default - none: whoever the network lets through may call all tools, unless an agent has a key of its own
   */
  readonly apiKeys?: SecretValue;
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
 * Tools behind the Model Context Protocol, served over streamable HTTP.
 *
 * Renders the Deployment, Service and NetworkPolicy `mcpserver-<id>`, and, where the source of the tools has files, the
 * ConfigMap `mcpserver-<id>-tools`.
 */
export class MCPServer<T extends string = string> extends Construct implements IMCPServer<T> {
  /** A server that somebody else runs. */
  static fromUrl<T extends string = string>(
    scope: Construct,
    id: string,
    props: ExternalMCPServerProps<T>,
  ): ExternalMCPServer<T> {
    return new ExternalMCPServer(scope, id, props);
  }

  readonly toolNames: readonly T[] | undefined;
  readonly lock: LockedServer<T> | undefined;
  readonly name: string;
  readonly url: string;
  readonly mcpUrl: string;
  /** Service in front of the server. */
  readonly service: k8s.KubeService;
  readonly endpoint: Workload;
  /** Key that callers show it as a bearer token unless they have one of their own. */
  readonly key: SecretValue | undefined;
  private readonly callers: ServerCallers;
  private readonly takesKeys: boolean;

  constructor(scope: Construct, id: string, said: MCPServerProps<T>) {
    super(scope, id);
    const props = givenProps(this, said);
    this.name = nameOf(this);
    refuseSecrets(this, props);
    const tools = givenTools(this, props.tools);
    const { source } = tools;
    this.lock = tools.lock;
    this.toolNames = tools.lock && (Object.keys(tools.lock.tools) as T[]);
    if (tools.lock) checkLock(this, tools.lock);
    const pod = source.podOf(this, this.name);
    this.takesKeys = pod.takesKeys ?? false;
    const apiKeys = givenSecret(this, 'apiKeys', props.apiKeys);
    this.key = apiKeys ?? pod.callerKey;
    this.callers = new ServerCallers(apiKeys);
    if (apiKeys && !this.takesKeys)
      fail(this, 'apiKeys is given, and the process of these tools asks for none', 'leave it out');
    checkPages(this, props, pod.looksAtPages === true);

    const { image = pod.image } = props;
    const workload: Workload = new Workload(this, 'workload', {
      ...pod,
      kind: 'mcpserver',
      name: this.name,
      container: 'mcp-server',
      image,
      config: pod.files && {
        name: `mcpserver-${this.name}-tools`,
        mountPath: pod.files.mountPath,
        data: () => pod.files?.data ?? {},
      },
      env: () => {
        const settings = {
          ...pod.env(),
          ...this.callers.env(),
          ...(pod.looksAtPages ? pagesEnv(this, workload, props) : {}),
          ...logLevelEnv(pod, props),
        };
        if (pod.reports === false) return settings;
        const identity = deployIdentity(this, { image, settings: { ...settings, ...pod.files?.data } });
        return { ...settings, ...processTelemetryEnv(telemetryTarget(this, props.telemetry), identity) };
      },
      secretFiles: () => [...(pod.secretFiles?.() ?? []), ...this.callers.secretFiles()],
      reporting: () => (pod.reports === false ? undefined : reportingOf(this, props.telemetry)),
      options: {
        ...props,
        egress: [...(pod.egress ?? []), ...(givenList(this, 'egress', props.egress) ?? [])],
      },
    });
    pod.addTo?.(workload);
    props.expose?.addTo(this, 'exposure', workload, 'mcp');
    this.endpoint = workload;
    this.url = workload.url;
    this.mcpUrl = `${workload.url}${pod.mcpPath ?? MCP_PATH}`;
    this.service = workload.service;
    this.node.addValidation({ validate: () => telemetryProblems(this, props.telemetry) });
    this.node.addValidation({ validate: () => this.callers.problems() });
  }

  get asksForKeys(): boolean {
    return this.callers.askForKeys;
  }

  /** Lets a caller in by a key of its own, where the process asks for keys. */
  letIn(caller: ServerCaller): void {
    if (this.takesKeys) this.callers.add(caller);
  }
}

/** As `given`; what stands for them is nothing that could be wrong as well. */
function givenTools<T extends string>(scope: IConstruct, tools: Tools<T>): Tools<T> {
  if (tools instanceof Tools) return tools;
  fail(scope, `tools is ${described(tools)}`, 'give one of Tools, such as Tools.fromModule(…)');
  return Tools.inline('export {};');
}

function logLevelEnv(
  { hasLogLevel = true }: ServerPod,
  { logLevel }: Pick<MCPServerProps, 'logLevel'>,
): Environment {
  if (logLevel === undefined && !hasLogLevel) return {};
  return { LOG_LEVEL: logLevel ?? MCP_SERVER_DEFAULTS.logLevel };
}
