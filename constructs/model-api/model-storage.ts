import { Size } from 'cdk8s';

/** Models kept in a PersistentVolumeClaim. */
export interface ModelClaimProps {
  /** Space for all models. */
  readonly size: Size;
  /**
   * Class of the volume.
   * @default - the cluster's default class
   */
  readonly storageClassName?: string;
}

/** Where a hosted model keeps what it has pulled. */
export class ModelStorage {
  /**
   * On the node, for as long as the pod lives: the next pod pulls again.
   * @param sizeLimit space for all models; a pod that takes more is evicted
   */
  static emptyDir(sizeLimit: Size = Size.gibibytes(20)): ModelStorage {
    return new ModelStorage(sizeLimit, undefined);
  }

  /** In a PersistentVolumeClaim `modelapi-<id>-models`, which outlives pods. */
  static persistentVolumeClaim(props: ModelClaimProps): ModelStorage {
    return new ModelStorage(props.size, props);
  }

  private constructor(
    /** Space for all models. */
    readonly size: Size,
    /** The claim, when the models outlive the pod. */
    readonly claim: ModelClaimProps | undefined,
  ) {}
}
