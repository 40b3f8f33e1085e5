import { ApiObject, Chart, Lazy } from 'cdk8s';
import { Construct } from 'constructs';
import { chartName, manifestSource, unseparated } from './manifests';
import { ArgoProject } from './project';
import { fail } from '../fail';
import { chartLabels } from '../labels';
import { Registry } from '../registry';
import { refuseSecrets } from '../refuse-secrets';
import { given } from '../given';

/** The cluster that Argo CD itself runs in. */
const OWN_CLUSTER = 'https://kubernetes.default.svc';
/** Has Argo CD delete what an Application applied before the Application goes. */
const CASCADE = 'resources-finalizer.argocd.argoproj.io';

/** A repository by its URL, or as ssh has it: `git@example.com:team/repository`. */
const REPOSITORY = /^([a-z][a-z0-9+.-]*:\/\/\S+|[-\w.]+@[-\w.]+:\S+)$/i;

/** A cluster, by the address of its API or by the name under which Argo CD knows it. */
export type ArgoDestination = { readonly server: string } | { readonly name: string };

/** Fields of objects that somebody else writes, and that Argo CD leaves alone. */
export interface ArgoIgnoredDifference {
  /**
   * API group of the objects, such as `apps`.
   * @default - the core group
   */
  readonly group?: string;
  readonly kind: string;
  /**
   * Name of the one object.
   * @default - all of this kind
   */
  readonly name?: string;
  /** The fields, such as `/spec/replicas`. At least one. */
  readonly jsonPointers: readonly string[];
}

/** Where Argo CD finds manifests and how it applies them. */
export interface ArgoSyncProps {
  /** Repository that holds the synthesized manifests. */
  readonly repoURL: string;
  /** Branch, tag or commit of it, such as `env/prod`. */
  readonly targetRevision: string;
  /**
   * Directory in it that synthesis wrote to.
   * @default 'dist'
   */
  readonly path?: string;
  /**
   * Project that says what may be applied.
   * @default 'default'
   */
  readonly project?: ArgoProject | string;
  /**
   * Cluster to apply to.
   * @default - the one that Argo CD runs in
   */
  readonly destination?: ArgoDestination;
  /**
   * Whether Argo CD syncs by itself, when Git changes.
   * @default true
   */
  readonly automated?: boolean;
  /**
   * Whether syncing by itself deletes what is no longer in Git.
   * @default true
   */
  readonly prune?: boolean;
  /**
   * Whether syncing by itself undoes what was changed in the cluster by hand.
   * @default true
   */
  readonly selfHeal?: boolean;
  /**
   * Whether Argo CD creates the namespace, and has Pod Security hold it to `podSecurity`.
   * @default true
   */
  readonly createNamespace?: boolean;
  /**
   * Pod Security Standard that the namespace enforces.
   * @default 'restricted'
   */
  readonly podSecurity?: 'privileged' | 'baseline' | 'restricted';
  /**
   * Whether each workload is applied only after those that it calls are healthy.
   * @default true
   */
  readonly syncWaves?: boolean;
  /**
   * Whether deleting the Application deletes what it applied.
   * @default false
   */
  readonly cascade?: boolean;
  /**
   * Fields that somebody else writes.
   * @default - none
   */
  readonly ignoreDifferences?: readonly ArgoIgnoredDifference[];
}

/** What an Application of Argo CD is made of. */
export interface ArgoApplicationProps extends ArgoSyncProps {
  /** Chart whose manifests it applies, to the namespace of that chart. */
  readonly chart: Chart;
}

/**
 * Has Argo CD apply the manifests of one chart.
 *
 * Renders the Application `<chart>`, in the namespace of the chart that this construct is in, which is Argo CD's.
 */
export class ArgoApplication extends Construct {
  /** Name of the Application: that of the chart it applies. */
  readonly name: string;

  constructor(scope: Construct, id: string, said: ArgoApplicationProps) {
    super(scope, id);
    Registry.watch(this);
    const chart = given(this, 'chart', said.chart, 'construct', () => Chart.of(this));
    const props = { ...said, chart };
    const { project = 'default' } = props;
    this.name = chartName(chart);
    refuseSecrets(this, props);
    checkProps(this, props);
    if (props.syncWaves ?? true) Registry.of(chart).waves.enable(chart);
    if (project instanceof ArgoProject) {
      project.admit({ chart, repoURL: props.repoURL, destination: destinationOf(props) });
    }
    this.node.addValidation({ validate: () => unseparated(chart) });

    new ApiObject(this, 'object', {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata: {
        name: this.name,
        labels: chartLabels(this),
        annotations: { 'argocd.argoproj.io/compare-options': 'ServerSideDiff=true' },
        finalizers: props.cascade ? [CASCADE] : undefined,
      },
      spec: applicationSpec(props),
    });
  }
}

function applicationSpec(props: ArgoApplicationProps): object {
  const { chart, project = 'default', repoURL, targetRevision, path = 'dist' } = props;
  const ignored = props.ignoreDifferences ?? [];
  return {
    project: typeof project === 'string' ? project : project.name,
    destination: destinationOf(props),
    source: {
      repoURL,
      targetRevision,
      // Known when all charts are, because their number may be part of it.
      path: Lazy.any({ produce: () => manifestSource(chart, path).path }),
      directory: {
        include: Lazy.any({ produce: () => manifestSource(chart, path).include }),
        exclude: 'construct-metadata.json',
      },
    },
    syncPolicy: syncPolicy(props),
    ignoreDifferences:
      ignored.length === 0
        ? undefined
        : ignored.map(({ group, kind, name, jsonPointers }) => ({
            group,
            kind,
            name,
            jsonPointers: [...jsonPointers],
          })),
  };
}

function syncPolicy({
  automated = true,
  prune = true,
  selfHeal = true,
  createNamespace = true,
  podSecurity = 'restricted',
}: ArgoApplicationProps): object {
  return {
    automated: automated ? { enabled: true, prune, selfHeal } : undefined,
    syncOptions: [
      ...(createNamespace ? ['CreateNamespace=true'] : []),
      'ServerSideApply=true',
      // What a new version no longer has goes once the new version is healthy, not while the old one still uses it.
      'PruneLast=true',
      'ApplyOutOfSyncOnly=true',
      'RespectIgnoreDifferences=true',
    ],
    managedNamespaceMetadata: createNamespace
      ? {
          labels: {
            'pod-security.kubernetes.io/enforce': podSecurity,
            // Tells whoever applies a Deployment, before the pods that it asks for are refused.
            'pod-security.kubernetes.io/warn': podSecurity,
          },
        }
      : undefined,
    retry: { limit: 5, backoff: { duration: '10s', factor: 2, maxDuration: '3m' } },
  };
}

function destinationOf({ chart, destination = { server: OWN_CLUSTER } }: ArgoApplicationProps): object {
  return { ...destination, namespace: chart.namespace };
}

function checkProps(scope: Construct, props: ArgoApplicationProps): void {
  const { chart, repoURL, targetRevision, path, destination, ignoreDifferences = [] } = props;
  if (chart.namespace === undefined) {
    fail(
      scope,
      `the chart ${chart.node.path} has no namespace`,
      'give it the one that Argo CD is to apply it to',
    );
  }
  if (!REPOSITORY.test(repoURL))
    fail(scope, `repoURL is "${repoURL}"`, 'give the address of a Git repository');
  if (targetRevision === '') fail(scope, 'targetRevision is empty', 'give a branch such as env/prod');
  if (path !== undefined && isOutside(path)) {
    fail(scope, `path is "${path}"`, 'give a directory of the repository, without ".." and "/" at its ends');
  }
  if (destination && !Object.values(destination).some((value) => value !== ''))
    fail(scope, 'destination names no cluster', 'give server or name');
  for (const { kind, jsonPointers } of ignoreDifferences) {
    const problem = `ignoreDifferences of "${kind}" has ${JSON.stringify(jsonPointers)} as jsonPointers`;
    if (jsonPointers.length === 0 || !jsonPointers.every((pointer) => pointer.startsWith('/')))
      fail(scope, problem, 'give at least one, such as /spec/replicas');
  }
}

/** Whether a path is anything but one of a directory in the repository. */
function isOutside(path: string): boolean {
  return path.split('/').some((part) => part === '' || part === '..');
}
