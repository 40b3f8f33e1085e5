import { Chart, Duration } from 'cdk8s';
import { type ISecret, Secret, type SecretValue } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import {
  ExternalSecret as ExternalSecretObject,
  ExternalSecretSpecSecretStoreRefKind as StoreKind,
  ExternalSecretSpecTargetCreationPolicy as CreationPolicy,
  ExternalSecretSpecTargetDeletionPolicy as DeletionPolicy,
} from '../imports/external-secrets.io';
import { checkSeconds, goDuration } from './durations';
import { isDnsSubdomain, SUBDOMAIN_FIX } from './dns-names';
import { fail } from './fail';
import { chartLabels } from './labels';
import { nameOf } from './names';
import { Registry } from './registry';
import { byKey } from './order';
import { refuseSecrets } from './refuse-secrets';
import { given } from './given';

/** What a key of a Secret may be made of. */
const KEY = /^[-._a-zA-Z0-9]{1,253}$/;

/** Where the External Secrets Operator finds values. */
export interface SecretStoreReference {
  /** Name of the store. */
  readonly name: string;
  /**
   * Whether the store belongs to the namespace or to the cluster.
   * @default 'SecretStore'
   */
  readonly kind?: 'SecretStore' | 'ClusterSecretStore';
}

/** A value in a store. */
export interface StoredValue {
  /** Name of the entry in the store, such as `prod/support/openai`. */
  readonly key: string;
  /**
   * Field of the entry.
   * @default - the entry as a whole
   */
  readonly property?: string;
  /**
   * Version of the entry.
   * @default - the newest
   */
  readonly version?: string;
}

/** What an external Secret is made of. */
export interface ExternalSecretProps<K extends string> {
  /** Store that holds the values. */
  readonly store: SecretStoreReference;
  /** Each key of the Secret, and where its value stands in the store. At least one. */
  readonly data: Readonly<Record<K, StoredValue>>;
  /**
   * How often values are read again; with zero, once. Whole seconds.
   * @default Duration.hours(1)
   */
  readonly refreshInterval?: Duration;
  /**
   * Name of the Secret.
   * @default - the id of this construct
   */
  readonly secretName?: string;
}

/**
 * A Secret that the External Secrets Operator fills from a store, so that no value is in Git. Its type remembers its
 * keys, so one that it does not have does not compile.
 *
 * Renders the ExternalSecret `<id>`; the operator makes the Secret, and keeps it when the ExternalSecret goes.
 */
export class ExternalSecret<K extends string = string> extends Construct {
  /** The Secret that is made of it. */
  readonly secret: ISecret;

  constructor(scope: Construct, id: string, props: ExternalSecretProps<K>) {
    super(scope, id);
    const name = nameOf(this);
    refuseSecrets(this, props);
    const store = given(this, 'store', props.store, 'object', () => ({ name: '' }));
    const values = given(this, 'data', props.data, 'object', () => ({}) as Record<K, StoredValue>);
    const { refreshInterval = Duration.hours(1), secretName = name } = props;
    const data = Object.entries<StoredValue>(values).sort(byKey);
    checkData(this, data);
    if (!isDnsSubdomain(store.name)) fail(this, `the name of store is "${store.name}"`, SUBDOMAIN_FIX);
    if (!isDnsSubdomain(secretName)) fail(this, `secretName is "${secretName}"`, SUBDOMAIN_FIX);
    checkSeconds(this, { refreshInterval }, 0);
    this.secret = Secret.fromSecretName(this, 'secret', secretName);

    new ExternalSecretObject(this, 'object', {
      metadata: {
        name,
        labels: chartLabels(this),
        annotations: Registry.of(this).waves.annotationsBefore(Chart.of(this)),
      },
      spec: {
        refreshInterval: goDuration(refreshInterval),
        secretStoreRef: {
          name: store.name,
          kind: store.kind === 'ClusterSecretStore' ? StoreKind.CLUSTER_SECRET_STORE : StoreKind.SECRET_STORE,
        },
        target: {
          name: secretName,
          creationPolicy: CreationPolicy.OWNER,
          deletionPolicy: DeletionPolicy.RETAIN,
        },
        data: data.map(([secretKey, { key, property, version }]) => ({
          secretKey,
          remoteRef: { key, property, version },
        })),
      },
    });
  }

  /** The value of a key, as every prop takes it that is made of a secret. */
  value(key: K): SecretValue {
    return { secret: this.secret, key };
  }
}

function checkData(scope: Construct, data: readonly [string, StoredValue][]): void {
  if (data.length === 0) fail(scope, 'data is empty', 'give at least one key');
  for (const [key, value] of data) {
    if (!KEY.test(key)) fail(scope, `data has the key "${key}"`, 'use letters, digits, "-", "_" and "."');
    if (value.key === '') fail(scope, `data.${key}.key is empty`, 'name the entry in the store');
  }
}
