import { type Duration } from 'cdk8s';
import { type SecretValue } from 'cdk8s-plus-28';
import { type Egress } from '../egress';
import { type Exposure } from '../exposure';
import { type LiteLLMConfig } from './litellm-custom-config';
import { type IModelAPI } from '../model-api';
import { type ModelName } from './model-name';
import { type ProxyModel } from './proxy-model';
import { type RedisConnection } from '../redis-connection';
import { type TelemetryOverride } from '../telemetry/telemetry-env';
import { type WorkloadOptions } from '../workload/options';

/** Answers that are given again. */
export interface ProxyCache {
  /** How long an answer is given again to the very same question. */
  readonly ttl: Duration;
}

/** What a LiteLLM proxy is made of. */
export interface ModelAPIProxyProps<M extends string = string> extends WorkloadOptions {
  /**
   * Models it serves, by the names that agents use: names, `<prefix>/*` for all names that start alike, or `*` for
   * all; each by itself, or with what is particular to it. At least one.
   */
  readonly models: readonly (M | ProxyModel<M>)[];
  /**
   * LiteLLM's name of the provider behind the models, such as `openai`.
   * @default - each model is given with its provider, as in `openai/gpt-4o`
   */
  readonly provider?: string;
  /**
   * Address of the provider, or another gateway, for instance one that hosts its models.
   * @default - LiteLLM knows the provider's
   */
  readonly apiBase?: string | IModelAPI;
  /**
   * Where the address of the provider is, for the firewall.
   * @default - what `apiBase` says, see `Egress.toUrl`
   */
  readonly apiBaseEgress?: Egress;
  /**
   * Key for the provider, in a Secret that exists beside the manifests.
   * Most providers refuse requests without one; those that know the pod by other means, such as Bedrock, need none, nor
   * does one whose own variable, such as `OPENAI_API_KEY`, is in `env`.
   * @default - none, or the one that the other gateway asks for
   */
  readonly apiKey?: SecretValue;
  /**
   * Key that callers of the proxy show, in a Secret that exists beside the manifests; it begins with `sk-`. Whoever shows
   * another or none gets 401. Agents get it by reference; those in other namespaces need a copy there, by the same name
   * or as their `modelAPIKey`.
   * @default - key `master-key` of the Secret `modelapi-<id>`
   */
  readonly masterKey?: SecretValue;
  /**
   * Requests in a minute to each model; more are refused. A whole number, 1 or more.
   * @default - no limit
   */
  readonly rpm?: number;
  /**
   * Tokens in a minute for each model; requests after them are refused. A whole number, 1 or more.
   * @default - no limit
   */
  readonly tpm?: number;
  /**
   * Requests at the same time to each model, for each pod of the proxy. A whole number, 1 or more.
   * @default - no limit
   */
  readonly maxParallelRequests?: number;
  /**
   * Further attempts at a model that failed. A whole number, 0 or more.
   * @default - LiteLLM's: 2
   */
  readonly retries?: number;
  /**
   * Time that one attempt may take.
   * @default Duration.minutes(2)
   */
  readonly timeout?: Duration;
  /**
   * Models asked, in this order, in place of any that has failed and has no fallbacks of its own.
   * @default - none
   */
  readonly defaultFallbacks?: readonly ModelName<NoInfer<M>>[];
  /**
   * Server in which the pods of the proxy count together, and share answers.
   * @default - none: each pod counts for itself
   */
  readonly redis?: RedisConnection;
  /**
   * Answers that are given again, from redis, or else from the memory of each pod.
   * @default - none
   */
  readonly cache?: ProxyCache;
  /**
   * LiteLLM configuration of your own. It serves exactly the models named here, and takes its keys from variables in
   * `env`. What is missing in it of key, telemetry and privacy is added, and a callback that answers a wrong key.
   * @default - made from the other props
   */
  readonly config?: LiteLLMConfig;
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
  /**
   * Whether telemetry of the proxy holds what was asked and answered.
   * @default false
   */
  readonly captureMessageContent?: boolean;
}
