import { type GatewayReference, type SecretStoreReference } from '../constructs';

/** A stage of the way from a change to its users. */
export type Environment = Development | Staging | Production;

interface Common {
  readonly namespace: string;
  /** Name that clients call. */
  readonly hostname: string;
  readonly gateway: GatewayReference;
  /** @default 1 */
  readonly replicas?: number;
  /** @default - keys are in a Secret that was made by hand, and the front desk asks callers for none */
  readonly secretStore?: SecretStoreReference;
  /**
   * Redis that keeps the sessions, by TLS and with a password.
   * @default - they are gone with the process
   */
  readonly redisHost?: string;
  /** @default - each image's own */
  readonly imageRegistry?: string;
  /** @default - images are pinned by their tags */
  readonly imageDigests?: Readonly<Record<string, Digest>>;
}

/** Where changes land first. */
export interface Development extends Common {
  readonly stage: 'dev';
}

/** Where they are tried with keys and images as in production. */
export interface Staging extends Common {
  readonly stage: 'staging';
  readonly secretStore: SecretStoreReference;
}

/** Where users are. What must hold there is required here, so a production without it does not compile. */
export interface Production extends Common {
  readonly stage: 'prod';
  /** A node may fail. */
  readonly replicas: 2 | 3 | 4 | 5;
  /** All pods know a session, and it outlives them. */
  readonly redisHost: string;
  /** Nobody's questions travel in clear text. */
  readonly gateway: GatewayReference & { readonly listener: 'https' };
  /** No key is known to a person. */
  readonly secretStore: SecretStoreReference;
  /** No registry of somebody else is needed to start a pod. */
  readonly imageRegistry: string;
  /** No image changes under its tag; synthesis names each that is missing here. */
  readonly imageDigests: Readonly<Record<string, Digest>>;
}

/** What an image is known by for good. */
export type Digest = `sha256:${string}`;

/** Stands for what the registry says: a release reads the digests of the images that it mirrors. */
const EXAMPLE_DIGEST: Digest = `sha256:${'0'.repeat(64)}`;

export const dev: Development = {
  stage: 'dev',
  namespace: 'support-dev',
  hostname: 'support.dev.example.com',
  gateway: { name: 'internal', namespace: 'edge' },
};

export const staging: Staging = {
  stage: 'staging',
  namespace: 'support-staging',
  hostname: 'support.staging.example.com',
  gateway: { name: 'internal', namespace: 'edge' },
  secretStore: { name: 'vault', kind: 'ClusterSecretStore' },
};

export const prod: Production = {
  stage: 'prod',
  namespace: 'support',
  hostname: 'support.example.com',
  gateway: { name: 'public', namespace: 'edge', listener: 'https' },
  replicas: 3,
  redisHost: 'redis.data.svc.cluster.local',
  secretStore: { name: 'vault', kind: 'ClusterSecretStore' },
  imageRegistry: 'registry.example.com/agents',
  imageDigests: {
    'localhost/cdk8s-kaos/runtime:0.1.0': EXAMPLE_DIGEST,
    'ghcr.io/berriai/litellm-non_root:v1.108.14': EXAMPLE_DIGEST,
    'ghcr.io/open-telemetry/opentelemetry-collector-releases/opentelemetry-collector-k8s:0.159.0':
      EXAMPLE_DIGEST,
  },
};
