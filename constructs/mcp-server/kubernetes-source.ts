import { Chart } from 'cdk8s';
import { type IConstruct } from 'constructs';
import { clusterOf } from '../cluster';
import { isDnsLabel, LABEL_FIX } from '../dns-names';
import { Egress } from '../egress';
import { fail } from '../fail';
import { KUBERNETES_MCP_IMAGE } from '../images';
import { addApiAccess } from '../workload/api-access';
import { type Workload } from '../workload/workload';
import { foreignPod } from './foreign-pod';
import { kubeconfig } from './kubeconfig';
import {
  KUBERNETES_WRITES,
  kubernetesRules,
  type KubernetesWrite,
  resourceProblem,
  writingFlags,
} from './kubernetes-rules';
import { type ServerPod, type ToolSource } from './tool-source';

/** Groups of tools that kubernetes-mcp-server has. */
const TOOLSETS = ['config', 'core', 'helm', 'kcp', 'kiali', 'kubevirt', 'netobserv', 'tekton'] as const;
export type KubernetesToolset = (typeof TOOLSETS)[number];

const PORT = 8000;
const DIRECTORY = '/etc/kaos/kubernetes';
const FILE = 'kubeconfig.yaml';
const LIST_OUTPUTS = ['table', 'yaml'] as const;

/** What agents may see and do in a cluster. Nothing that is not named here. */
export interface KubernetesToolsProps {
  /**
   * What may be read: plurals, with their API group where it is not the core's, and subresources: `pods`, `pods/log`,
   * `deployments.apps`. Secrets are read, and shown to models, where they are named alone.
   * @default - nothing but what is in `allowWrites`
   */
  readonly resources?: readonly string[];
  /**
   * What may be changed, and how: `{ 'deployments.apps/scale': ['update'], pods: ['delete'] }`. What tools change they
   * mostly read as well, which is for `resources` to say.
   * @default - nothing
   */
  readonly allowWrites?: Readonly<Record<string, readonly KubernetesWrite[]>>;
  /**
   * The namespaces in which this holds. Tools use the first one unless they are told another.
   * @default - the server's own
   */
  readonly namespaces?: readonly string[];
  /**
   * Whether it holds in all of the cluster, nodes and namespaces included, by a ClusterRole.
   * @default false
   */
  readonly cluster?: boolean;
  /**
   * Groups of tools that are offered.
   * @default ['core']
   */
  readonly toolsets?: readonly KubernetesToolset[];
  /**
   * How lists are written.
   * @default 'table'
   */
  readonly listOutput?: (typeof LIST_OUTPUTS)[number];
}

/** Tools that look into the cluster and, where allowed, change it: kubernetes-mcp-server. */
export class KubernetesSource implements ToolSource {
  readonly #props: KubernetesToolsProps;

  constructor(props: KubernetesToolsProps) {
    this.#props = props;
  }

  podOf(scope: IConstruct, name: string): ServerPod {
    const props = this.#props;
    checkProps(scope, props);
    const { namespaces = [], toolsets = ['core'], listOutput = 'table' } = props;
    const { namespace } = Chart.of(scope);
    const server = {
      image: KUBERNETES_MCP_IMAGE,
      args: [
        ...['--port', String(PORT), '--stateless'],
        // Without one it takes the namespace `default` for the one that is meant.
        ...['--kubeconfig', `${DIRECTORY}/${FILE}`, '--cluster-provider', 'disabled'],
        ...['--toolsets', toolsets.join(','), '--list-output', listOutput],
        ...writingFlags(props),
      ],
      port: PORT,
      probe: '/healthz',
      telemetry: true,
    } as const;
    return {
      ...foreignPod(scope, server, () => ({})),
      files: { mountPath: DIRECTORY, data: { [FILE]: kubeconfig(namespaces[0] ?? namespace) } },
      resources: { cpu: '50m', memory: '64Mi', memoryLimit: '256Mi' },
      apiAccount: `mcpserver-${name}`,
      addTo: (workload) => addAccess(workload, props),
    };
  }
}

function addAccess(workload: Workload, props: KubernetesToolsProps): void {
  const { cluster = false, namespaces = [] } = props;
  addApiAccess(workload, {
    rules: kubernetesRules(props),
    reach: cluster ? 'cluster' : [...new Set(namespaces)],
    what: 'Tools.kubernetes',
  });
  workload.mayCall(Egress.toApiServer(clusterOf(workload).apiServer));
}

function checkProps(scope: IConstruct, props: KubernetesToolsProps): void {
  const { resources = [], allowWrites = {}, toolsets = ['core'], listOutput = 'table' } = props;
  checkReach(scope, props);
  const reach = props.cluster ? 'cluster' : 'namespace';
  for (const resource of resources) {
    const wrong = resourceProblem(resource, 'read', reach);
    if (wrong) fail(scope, `resources has "${resource}", ${wrong.problem}`, wrong.fix);
  }
  for (const [resource, writes] of Object.entries(allowWrites)) {
    const wrong = resourceProblem(resource, 'write', reach);
    if (wrong) fail(scope, `allowWrites has "${resource}", ${wrong.problem}`, wrong.fix);
    checkWords(scope, `allowWrites.${resource}`, writes, KUBERNETES_WRITES);
  }
  if (resources.length === 0 && Object.keys(allowWrites).length === 0)
    fail(scope, 'there is nothing that its tools may do', 'give resources, such as pods and pods/log');
  checkWords(scope, 'toolsets', toolsets, TOOLSETS);
  checkWords(scope, 'listOutput', [listOutput], LIST_OUTPUTS);
}

function checkReach(scope: IConstruct, { cluster = false, namespaces }: KubernetesToolsProps): void {
  if (cluster && namespaces) fail(scope, 'cluster is set beside namespaces', 'give one of the two');
  if (namespaces?.length === 0) fail(scope, 'namespaces is empty', "leave it out for the server's own");
  for (const [index, namespace] of (namespaces ?? []).entries()) {
    if (!isDnsLabel(namespace)) fail(scope, `namespaces has "${String(namespace)}"`, LABEL_FIX);
    else if (namespaces?.indexOf(namespace) !== index)
      fail(scope, `namespaces has "${namespace}" twice`, 'give it once');
  }
}

function checkWords(
  scope: IConstruct,
  of: string,
  words: readonly string[],
  allowed: readonly string[],
): void {
  if (words.length === 0) fail(scope, `${of} is empty`, `give some of ${allowed.join(', ')}`);
  for (const word of words.filter((each) => !allowed.includes(each)))
    fail(scope, `${of} has "${word}"`, `give some of ${allowed.join(', ')}`);
}
