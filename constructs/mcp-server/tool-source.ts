import { type SecretValue } from 'cdk8s-plus-28';
import { type IConstruct } from 'constructs';
import { type Egress } from '../egress';
import { type Workload, type WorkloadProps } from '../workload/workload';

/**
 * Where the tools of a server come from. Each kind is a file beside this one; `Tools` has a factory for it.
 *
 * @typeParam T names of the tools, where they are known
 */
export interface ToolSource {
  /**
   * What the source makes of the server's pod. Called once, when the server is declared.
   *
   * @param scope the server, on which problems are reported
   * @param name what agents know the server by
   */
  podOf(scope: IConstruct, name: string): ServerPod;
}

/** The pod that serves the tools of a source, as far as the source decides. */
export interface ServerPod extends Pick<
  WorkloadProps,
  | 'command'
  | 'args'
  | 'image'
  | 'ports'
  | 'probes'
  | 'resources'
  | 'user'
  | 'terminationSeconds'
  | 'lingers'
  | 'emptyDirectories'
  | 'apiAccount'
  | 'secretFiles'
  | 'annotations'
> {
  /** Variables of the process beside those of telemetry; asked for at synthesis. */
  readonly env: WorkloadProps['env'];
  /**
   * Places outside the app that the tools call.
   * @default - none
   */
  readonly egress?: readonly Egress[];
  /**
   * Files that the process is given, in the ConfigMap `mcpserver-<name>-tools`.
   * @default - none
   */
  readonly files?: { readonly mountPath: string; readonly data: Readonly<Record<string, string>> };
  /**
   * Path of MCP over streamable HTTP.
   * @default '/mcp'
   */
  readonly mcpPath?: string;
  /**
   * Whether the process lets callers in by the variables `MCP_API_KEYS` and `MCP_CALLERS`.
   * @default false
   */
  readonly takesKeys?: boolean;
  /**
   * Whether the process takes the variables of OpenTelemetry.
   * @default true
   */
  readonly reports?: boolean;
  /**
   * Whether the process looks at the names and the pages that it is called by, as our own do.
   * @default false
   */
  readonly looksAtPages?: boolean;
  /**
   * Whether the process is told a log level that the user did not state: words for it differ from program to program.
   * @default true
   */
  readonly hasLogLevel?: boolean;
  /**
   * What the server asks of its callers as a bearer token.
   * @default - nothing
   */
  readonly callerKey?: SecretValue;
  /**
   * Adds what the server needs beside its pod: ways out, permissions.
   * @default - nothing
   */
  readonly addTo?: (workload: Workload) => void;
}
