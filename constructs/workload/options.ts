import { type Duration } from 'cdk8s';
import { type ContainerResources, type EnvValue, type ISecret, type k8s } from 'cdk8s-plus-28';
import { type LogLevel } from '../../runtime/contract';
import { type Callers } from '../callers';
import { type Egress } from '../egress';
import { type Autoscaling } from './autoscaling';

/** A volume of a pod and where its container sees it. */
export interface MountedVolume {
  /** The volume, of a kind that the restricted Pod Security Standard allows. */
  readonly volume: k8s.Volume;
  /** Absolute path in the container, at which nothing else is mounted. */
  readonly mountPath: string;
  /**
   * Path within the volume.
   * @default - all of it
   */
  readonly subPath?: string;
  /** @default false */
  readonly readOnly?: boolean;
}

/**
 * What may be said of any workload beside what it does. Nothing of it is dropped: what cannot be done fails synthesis.
 */
export interface WorkloadOptions {
  /**
   * Image of the container, pinned by a tag other than latest or by a digest.
   * @default - the version that this library was made for
   */
  readonly image?: string;
  /**
   * Command in place of ours.
   * @default - ours, or the image's
   */
  readonly command?: readonly string[];
  /**
   * Arguments in place of ours.
   * @default - ours, or the image's
   */
  readonly args?: readonly string[];
  /**
   * Variables beside ours; where a name is the same, this one counts. `OTEL_RESOURCE_ATTRIBUTES` are merged key by key.
   * A text under the name of a secret, such as `DB_PASSWORD`, is refused; `EnvValue.fromValue` says that it is none.
   * Where a process calls is for the other props to say, because network policies follow them.
   * @default - ours alone
   */
  readonly env?: Readonly<Record<string, string | EnvValue>>;
  /**
   * What is set aside and what is the limit, field by field over ours. CPU has no limit unless one is given.
   * @default - what the process needs at rest, and a limit of memory
   */
  readonly resources?: ContainerResources;
  /**
   * Volumes beside ours.
   * @default - none
   */
  readonly volumes?: readonly MountedVolume[];
  /**
   * Labels of the pods beside ours, which cannot be replaced.
   * @default - none
   */
  readonly podLabels?: Readonly<Record<string, string>>;
  /**
   * Annotations of the pods beside ours.
   * @default - none
   */
  readonly podAnnotations?: Readonly<Record<string, string>>;
  /**
   * Labels that a node must have.
   * @default - any node
   */
  readonly nodeSelector?: Readonly<Record<string, string>>;
  /**
   * Where pods would rather run, or must.
   * @default - apart from each other, when there is more than one
   */
  readonly affinity?: k8s.Affinity;
  /**
   * Taints of nodes that the pods put up with.
   * @default - none
   */
  readonly tolerations?: readonly k8s.Toleration[];
  /**
   * How pods are spread. A constraint without a labelSelector spreads the pods of this workload.
   * @default - the affinity's rule alone
   */
  readonly topologySpreadConstraints?: readonly k8s.TopologySpreadConstraint[];
  /** @default - the cluster's default */
  readonly priorityClassName?: string;
  /** @default - the cluster's default */
  readonly runtimeClassName?: string;
  /**
   * Secrets with the registry's credentials.
   * @default - none
   */
  readonly imagePullSecrets?: readonly ISecret[];
  /**
   * ServiceAccount that the pods run as; its token is not mounted.
   * @default - the namespace's default
   */
  readonly serviceAccountName?: string;
  /**
   * Time between SIGTERM and SIGKILL. Not less than the process takes to finish what it is at.
   * @default - what the process needs
   */
  readonly terminationGracePeriod?: Duration;
  /**
   * Pods, when their number is fixed. A whole number, 1 or more.
   * @default 1
   */
  readonly replicas?: number;
  /**
   * How the number of pods follows the load, in place of `replicas`.
   * @default - it does not
   */
  readonly autoscaling?: Autoscaling;
  /**
   * Places outside the app that it may call, beside those that its other props name.
   * @default - none
   */
  readonly egress?: readonly Egress[];
  /**
   * Who outside the graph of the app may call it, beside those that its exposure lets in.
   * @default - nobody
   */
  readonly callers?: readonly Callers[];
  /**
   * Least severe log record written.
   * @default 'INFO'
   */
  readonly logLevel?: LogLevel;
}
