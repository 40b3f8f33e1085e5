import { type Construct } from 'constructs';
import { type KubernetesToolsProps, MCPServer, type MCPServerProps, Tools } from '../../../constructs';
import { find, type Manifest, synth } from '../../support/synth';

/** Name of what belongs to the server. */
export const NAME = 'mcpserver-cluster';

/** How a role lets a resource be read. */
export const READS = ['get', 'list', 'watch'];

/** A server that looks into its cluster. */
export function server(
  scope: Construct,
  props: KubernetesToolsProps,
  options: Partial<MCPServerProps> = {},
): MCPServer {
  return new MCPServer(scope, 'cluster', { tools: Tools.kubernetes(props), ...options });
}

/** All that it is rendered as. */
export const manifestsOf = (props: KubernetesToolsProps): Manifest[] =>
  synth((scope) => server(scope, props));

/** What its role lets it do. */
export const rulesOf = (props: KubernetesToolsProps): Manifest[] =>
  find(manifestsOf(props), 'Role', NAME).rules as Manifest[];
