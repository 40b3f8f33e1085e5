import { ApiObject, Chart, Lazy } from 'cdk8s';
import { Construct } from 'constructs';
import { chartLabels } from '../labels';
import { nameOf } from '../names';
import { Registry } from '../registry';
import { SYNC_WAVE } from '../sync-waves';
import { byKey } from '../order';
import { refuseSecrets } from '../refuse-secrets';

/** Kinds that are in no namespace, as far as Kubernetes itself has them and charts of agents may bring them. */
const CLUSTER_KINDS = [
  'APIService',
  'ClusterRole',
  'ClusterRoleBinding',
  'ClusterSecretStore',
  'CustomResourceDefinition',
  'GatewayClass',
  'IngressClass',
  'MutatingWebhookConfiguration',
  'Namespace',
  'PersistentVolume',
  'PriorityClass',
  'RuntimeClass',
  'StorageClass',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'ValidatingWebhookConfiguration',
];

/** A kind of objects. */
export interface ArgoResourceKind {
  /** API group, such as `apps`; the core group is `''`. */
  readonly group: string;
  readonly kind: string;
}

/** What a project of Argo CD is made of. */
export interface ArgoProjectProps {
  /**
   * What it is for.
   * @default - not said
   */
  readonly description?: string;
  /**
   * Kinds in a namespace that it permits beside those in the charts. A kind that is not permitted is not pruned
   * either, so name here the ones that the charts had and have no longer.
   * @default - none
   */
  readonly additionalKinds?: readonly ArgoResourceKind[];
}

/**
 * Says what Applications may apply: exactly what those that are in it need. Repositories, destinations and kinds are
 * taken from them at synthesis; of kinds outside any namespace it permits Namespace and those in the charts.
 *
 * Renders the AppProject `<id>`.
 */
export class ArgoProject extends Construct {
  readonly name: string;
  private readonly needs: ArgoNeed[] = [];

  constructor(scope: Construct, id: string, props: ArgoProjectProps = {}) {
    super(scope, id);
    Registry.watch(this);
    this.name = nameOf(this);
    refuseSecrets(this, props);
    this.node.addValidation({
      validate: () => (this.needs.length > 0 ? [] : ['no Application is in this project; remove it']),
    });

    new ApiObject(this, 'object', {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'AppProject',
      // Where an Application applies this chart too, the project is there before those that need it, and goes after.
      metadata: { name: this.name, labels: chartLabels(this), annotations: { [SYNC_WAVE]: '-1' } },
      spec: {
        description: props.description || undefined,
        sourceRepos: Lazy.any({ produce: () => distinct(this.needs.map(({ repoURL }) => repoURL)) }),
        destinations: Lazy.any({ produce: () => distinct(this.needs.map(({ destination }) => destination)) }),
        clusterResourceWhitelist: Lazy.any({ produce: () => this.clusterKinds() }),
        namespaceResourceWhitelist: Lazy.any({
          produce: () => this.namespaceKinds(props.additionalKinds ?? []),
        }),
      },
    });
  }

  /** Permits what an Application needs. */
  admit(need: ArgoNeed): void {
    this.needs.push(need);
  }

  private clusterKinds(): ArgoResourceKind[] {
    return distinct([{ group: '', kind: 'Namespace' }, ...this.kinds().filter(isClusterKind)]);
  }

  private namespaceKinds(additional: readonly ArgoResourceKind[]): ArgoResourceKind[] {
    const kinds = [...this.kinds(), ...additional.map(({ group, kind }) => ({ group, kind }))];
    return distinct(kinds.filter((kind) => !isClusterKind(kind)));
  }

  private kinds(): ArgoResourceKind[] {
    return this.needs.flatMap(({ chart }) =>
      chart.node
        .findAll()
        .filter((construct) => ApiObject.isApiObject(construct) && Chart.of(construct) === chart)
        .map((construct) => ApiObject.of(construct))
        .map(({ apiGroup, kind }) => ({ group: apiGroup === 'core' ? '' : apiGroup, kind })),
    );
  }
}

/** What an Application needs its project to permit. */
export interface ArgoNeed {
  readonly chart: Chart;
  readonly repoURL: string;
  readonly destination: object;
}

function isClusterKind({ kind }: ArgoResourceKind): boolean {
  return CLUSTER_KINDS.includes(kind);
}

/** Each once and sorted, so that the order of declaration changes nothing. */
function distinct<T>(values: readonly T[]): T[] {
  const distinctValues = new Map(values.map((value) => [JSON.stringify(value), value]));
  return [...distinctValues.entries()].sort(byKey).map(([, value]) => value);
}
