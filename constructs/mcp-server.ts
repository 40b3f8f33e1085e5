import { type k8s } from 'cdk8s-plus-28';
import { Construct, type IConstruct } from 'constructs';
import {
  MCP_PATH,
  MCP_SERVER_COMMAND,
  MCP_SERVER_DEFAULTS,
  HTTP_PORT,
  mcpServerConfigToEnv,
} from '../runtime/contract';
import { type Egress } from './egress';
import { type Exposure } from './exposure';
import { runtimeImage } from './images';
import { nameOf } from './names';
import { RUNTIME_PROCESS } from './workload/runtime-process';
import { processTelemetryEnv, type TelemetryOverride } from './telemetry/telemetry-env';
import { reportingOf, telemetryProblems, telemetryTarget } from './telemetry/telemetry-target';
import { bundleToolModule } from './mcp-server/tool-bundle';
import { Tools } from './tools';
import { Workload } from './workload/workload';
import { type WorkloadOptions } from './workload/options';
import { refuseSecrets } from './refuse-secrets';
import { given } from './given';

/** Where a server finds its tool modules. */
const TOOLS_DIRECTORY = '/etc/kaos/tools';

/** A server whose tools agents can call. */
export interface IMCPServer extends IConstruct {
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
export interface MCPServerProps extends WorkloadOptions {
  /** The tools it serves. */
  readonly tools: Tools;
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
 * Tools behind the Model Context Protocol, served over streamable HTTP at `/mcp`.
 *
 * Renders the Deployment and Service `mcpserver-<id>`, and the ConfigMap `mcpserver-<id>-tools` with the code of its
 * tools.
 */
export class MCPServer extends Construct implements IMCPServer {
  readonly name: string;
  readonly url: string;
  readonly mcpUrl: string;
  /** Service in front of the server. */
  readonly service: k8s.KubeService;
  readonly endpoint: Workload;

  constructor(scope: Construct, id: string, props: MCPServerProps) {
    super(scope, id);
    this.name = nameOf(this);
    refuseSecrets(this, props);
    const tools = given(this, 'tools', props.tools, 'object', () => Tools.fromModule(''));
    const { fileName, code } = bundleToolModule(this, tools.source.path);

    const workload = new Workload(this, 'workload', {
      ...RUNTIME_PROCESS,
      kind: 'mcpserver',
      name: this.name,
      container: 'mcp-server',
      image: props.image ?? runtimeImage(this),
      command: MCP_SERVER_COMMAND,
      config: {
        name: `mcpserver-${this.name}-tools`,
        mountPath: TOOLS_DIRECTORY,
        data: () => ({ [fileName]: code }),
      },
      env: () => ({
        ...mcpServerConfigToEnv({
          name: this.name,
          port: HTTP_PORT,
          toolModules: [`${TOOLS_DIRECTORY}/${fileName}`],
          logLevel: props.logLevel ?? MCP_SERVER_DEFAULTS.logLevel,
        }),
        ...processTelemetryEnv(telemetryTarget(this, props.telemetry)),
      }),
      reporting: () => reportingOf(this, props.telemetry),
      options: props,
    });
    props.expose?.addTo(this, 'exposure', workload, 'mcp');
    this.endpoint = workload;
    this.url = workload.url;
    this.mcpUrl = `${workload.url}${MCP_PATH}`;
    this.service = workload.service;
    this.node.addValidation({ validate: () => telemetryProblems(this, props.telemetry) });
  }
}
