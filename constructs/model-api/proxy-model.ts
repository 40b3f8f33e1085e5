import { type Duration } from 'cdk8s';
import { type SecretValue } from 'cdk8s-plus-28';
import { type Egress } from '../egress';
import { type IModelAPI } from '../model-api';
import { type ModelName } from './model-name';

/**
 * One model, or one pattern of models, behind a proxy: what it is called there, and where it comes from. A name that is
 * given several times comes from several places, among which requests are shared out.
 */
export interface ProxyModel<M extends string = string> {
  /** What agents ask for: a name, `<prefix>/*` for all names that start alike, or `*` for all. */
  readonly name: M;
  /**
   * LiteLLM's name of the provider, such as `anthropic`. A provider other than the proxy's takes neither address nor
   * key from the proxy.
   * @default - the proxy's
   */
  readonly provider?: string;
  /**
   * What the provider calls it.
   * @default - the name
   */
  readonly model?: string;
  /**
   * Address of the provider, or another gateway. A model with an address of its own takes no key from the proxy.
   * @default - the proxy's, when it has the same provider
   */
  readonly apiBase?: string | IModelAPI;
  /**
   * Where that address is, for the firewall.
   * @default - what `apiBase` says, see `Egress.toUrl`
   */
  readonly apiBaseEgress?: Egress;
  /**
   * Key for the provider, in a Secret that exists beside the manifests.
   * @default - the proxy's, when it has the same provider and address
   */
  readonly apiKey?: SecretValue;
  /**
   * Requests in a minute; more are refused. A whole number, 1 or more.
   * @default - the proxy's
   */
  readonly rpm?: number;
  /**
   * Tokens in a minute; requests after them are refused. A whole number, 1 or more.
   * @default - the proxy's
   */
  readonly tpm?: number;
  /**
   * Requests at the same time, for each pod of the proxy. A whole number, 1 or more.
   * @default - the proxy's
   */
  readonly maxParallelRequests?: number;
  /**
   * Time that one attempt may take.
   * @default - the proxy's
   */
  readonly timeout?: Duration;
  /**
   * Time that one attempt may take when the answer is streamed.
   * @default - as `timeout`
   */
  readonly streamTimeout?: Duration;
  /**
   * Models asked in its place, in this order, once all attempts have failed. Not for a pattern.
   * @default - the proxy's `defaultFallbacks`
   */
  readonly fallbacks?: readonly ModelName<NoInfer<M>>[];
  /**
   * Models asked in its place when a request is too long for it. Not for a pattern.
   * @default - none
   */
  readonly contextWindowFallbacks?: readonly ModelName<NoInfer<M>>[];
  /**
   * Further parameters of LiteLLM's for it, such as `{ api_version: '2024-10-21' }` for Azure. A secret among them is
   * given as `os.environ/<variable>`, with the variable in `env`.
   * @default - none
   */
  readonly params?: Readonly<Record<string, string | number | boolean>>;
  /**
   * What LiteLLM tells of it, beside what it knows: for instance `{ input_cost_per_token: 0.000001 }`.
   * @default - nothing
   */
  readonly info?: Readonly<Record<string, string | number | boolean>>;
}

/** What a proxy says of all its models; each may say otherwise. */
export interface ModelDefaults {
  readonly provider?: string;
  readonly apiBase?: string | IModelAPI;
  readonly apiBaseEgress?: Egress;
  readonly apiKey?: SecretValue;
  readonly rpm?: number;
  readonly tpm?: number;
  readonly maxParallelRequests?: number;
}

/** A model of which nothing is left open. */
export interface ResolvedModel extends Omit<ProxyModel, 'provider' | 'model' | 'apiBase'> {
  /** What LiteLLM asks for, with the provider in front when one is named. */
  readonly target: string;
  /** Address of the provider; undefined when LiteLLM knows it. */
  readonly apiBase: string | undefined;
  /** The gateway that is the provider. */
  readonly gateway: IModelAPI | undefined;
}

/** Decides for each model where it comes from. */
export function resolveModels(
  models: readonly (string | ProxyModel)[],
  defaults: ModelDefaults,
): ResolvedModel[] {
  return models.map((model) => resolve(toModel(model), defaults));
}

/** A model as its settings, of which a name alone has no other. */
export function toModel(model: string | ProxyModel): ProxyModel {
  return typeof model === 'string' ? { name: model } : model;
}

/** Address of the OpenAI-compatible API at a place. */
export function apiBaseOf(place: string | IModelAPI | undefined): string | undefined {
  return typeof place === 'object' ? `${place.url}/v1` : place;
}

/** A key given to one provider must never be sent to another. */
function resolve(own: ProxyModel, defaults: ModelDefaults): ResolvedModel {
  const { provider = defaults.provider, model = own.name, apiBase, apiBaseEgress, ...rest } = own;
  const isElsewhere = apiBase !== undefined || provider !== defaults.provider;
  const place = isElsewhere ? apiBase : defaults.apiBase;
  const gateway = typeof place === 'object' ? place : undefined;
  return {
    ...rest,
    target: gateway ? `openai/${model}` : withPrefix(model, provider),
    apiBase: apiBaseOf(place),
    apiBaseEgress: isElsewhere ? apiBaseEgress : defaults.apiBaseEgress,
    gateway,
    apiKey: own.apiKey ?? (isElsewhere ? undefined : defaults.apiKey) ?? gateway?.key,
    rpm: own.rpm ?? defaults.rpm,
    tpm: own.tpm ?? defaults.tpm,
    maxParallelRequests: own.maxParallelRequests ?? defaults.maxParallelRequests,
  };
}

function withPrefix(model: string, provider: string | undefined): string {
  return provider === undefined || model.startsWith(`${provider}/`) ? model : `${provider}/${model}`;
}
