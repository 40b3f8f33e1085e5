import { type k8s, type SecretValue } from 'cdk8s-plus-28';
import { Construct, type IConstruct } from 'constructs';
import { MCP_PATH, MCP_SERVER_DEFAULTS } from '../runtime/contract';
import { type Egress } from './egress';
import { type Environment } from './environment';
import { type Exposure } from './exposure';
import { checkPages, type PageProps, pagesEnv } from './mcp-server/allowed-pages';
import { nameOf } from './names';
import { processTelemetryEnv, type TelemetryOverride } from './telemetry/telemetry-env';
import { reportingOf, telemetryProblems, telemetryTarget } from './telemetry/telemetry-target';
import { type ServerPod } from './mcp-server/tool-source';
import { Tools } from './tools';
import { Workload } from './workload/workload';
import { type WorkloadOptions } from './workload/options';
import { refuseSecrets } from './refuse-secrets';
import { given } from './given';

/**
 * A server whose tools agents can call.
 *
 * @typeParam T names of the tools, where they are known
 */
export interface IMCPServer<T extends string = string> extends IConstruct {
  /** Names of the tools; of types alone. */
  readonly toolNames?: readonly T[];
  /** What agents know it by. */
  readonly name: string;
  /** Base address, without the path of the protocol. */
  readonly url: string;
  /** Address of MCP over streamable HTTP. */
  readonly mcpUrl: string;
  /** What a caller's network policy has to let it reach. */
  readonly endpoint: Workload | Egress;
}

/** What an MCP server is made of. */
export interface MCPServerProps<T extends string = string> extends WorkloadOptions, PageProps {
  /** The tools it serves. */
  readonly tools: Tools<T>;
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
  declare readonly toolNames?: readonly T[];
  readonly name: string;
  readonly url: string;
  readonly mcpUrl: string;
  /** Service in front of the server. */
  readonly service: k8s.KubeService;
  readonly endpoint: Workload;
  /** Key that callers show it as a bearer token. */
  readonly key?: SecretValue;

  constructor(scope: Construct, id: string, props: MCPServerProps<T>) {
    super(scope, id);
    this.name = nameOf(this);
    refuseSecrets(this, props);
    const { source } = given(this, 'tools', props.tools, 'object', () => Tools.fromModule<T>(''));
    const pod = source.podOf(this, this.name);
    checkPages(this, props, pod.looksAtPages === true);

    const workload: Workload = new Workload(this, 'workload', {
      ...pod,
      kind: 'mcpserver',
      name: this.name,
      container: 'mcp-server',
      image: props.image ?? pod.image,
      config: pod.files && {
        name: `mcpserver-${this.name}-tools`,
        mountPath: pod.files.mountPath,
        data: () => pod.files?.data ?? {},
      },
      env: () => ({
        ...pod.env(),
        ...(pod.looksAtPages ? pagesEnv(this, workload, props) : {}),
        ...logLevelEnv(pod, props),
        ...(pod.reports === false ? {} : processTelemetryEnv(telemetryTarget(this, props.telemetry))),
      }),
      reporting: () => (pod.reports === false ? undefined : reportingOf(this, props.telemetry)),
      options: { ...props, egress: [...(pod.egress ?? []), ...(props.egress ?? [])] },
    });
    pod.addTo?.(workload);
    props.expose?.addTo(this, 'exposure', workload, 'mcp');
    this.endpoint = workload;
    this.key = pod.callerKey;
    this.url = workload.url;
    this.mcpUrl = `${workload.url}${pod.mcpPath ?? MCP_PATH}`;
    this.service = workload.service;
    this.node.addValidation({ validate: () => telemetryProblems(this, props.telemetry) });
  }
}

function logLevelEnv(
  { hasLogLevel = true }: ServerPod,
  { logLevel }: Pick<MCPServerProps, 'logLevel'>,
): Environment {
  if (logLevel === undefined && !hasLogLevel) return {};
  return { LOG_LEVEL: logLevel ?? MCP_SERVER_DEFAULTS.logLevel };
}
