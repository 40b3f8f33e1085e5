import { type SecretValue } from 'cdk8s-plus-28';
import { type Construct, type IConstruct } from 'constructs';
import { type Egress } from './egress';
import { ExternalModelAPI, type ModelAPIFromUrlProps } from './model-api/external-model-api';
import { HostedModel, type ModelAPIHostedProps } from './model-api/hosted-model';
import { LiteLLMProxy } from './model-api/litellm-proxy';
import { type ModelAPIProxyProps } from './model-api/litellm-proxy-props';
import { type Workload } from './workload/workload';

/** A gateway to models, with an OpenAI-compatible API. */
export interface IModelAPI<M extends string = string> extends IConstruct {
  /** Base address, without `/v1`. */
  readonly url: string;
  /** What it serves: names, `<prefix>/*` for all names that start alike, or `*` for all. */
  readonly models: readonly M[];
  /** Key that callers show; undefined when they need none. */
  readonly key: SecretValue | undefined;
  /** What a caller's network policy has to let it reach. */
  readonly endpoint: Workload | Egress;
}

/** A gateway of any kind. Its type remembers its models, so an agent that asks for another does not compile. */
export type ModelAPI<M extends string = string> = LiteLLMProxy<M> | HostedModel<M> | ExternalModelAPI<M>;

/** Makes the gateways there are. */
export const ModelAPI = {
  /**
   * A LiteLLM proxy in front of providers.
   *
   * Renders the workload `modelapi-<id>` and the ConfigMap `litellm-config-<id>`.
   */
  proxy<const M extends string>(scope: Construct, id: string, props: ModelAPIProxyProps<M>): LiteLLMProxy<M> {
    return new LiteLLMProxy(scope, id, props);
  },

  /**
   * Models that the cluster runs itself, by Ollama.
   *
   * Renders the workload `modelapi-<id>`, and the claim `modelapi-<id>-models` when models are to outlive pods.
   */
  hosted<const M extends string>(
    scope: Construct,
    id: string,
    props: ModelAPIHostedProps<M>,
  ): HostedModel<M> {
    return new HostedModel(scope, id, props);
  },

  /** A gateway that somebody else runs. Renders nothing. */
  fromUrl<const M extends string>(
    scope: Construct,
    id: string,
    props: ModelAPIFromUrlProps<M>,
  ): ExternalModelAPI<M> {
    return new ExternalModelAPI(scope, id, props);
  },
} as const;
