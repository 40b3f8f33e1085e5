import { Yaml } from 'cdk8s';

/** What a LiteLLM proxy is configured with. */
export interface LiteLLMConfig {
  /** Models to serve: names, `<prefix>/*` or `*`. */
  readonly models: readonly string[];
  /** LiteLLM's name of the provider behind all of them; undefined when each model names its own. */
  readonly provider: string | undefined;
  /** Whether the provider's address comes from `PROXY_API_BASE`. */
  readonly hasApiBase: boolean;
  /** Whether the provider's key comes from `PROXY_API_KEY`. */
  readonly hasApiKey: boolean;
  /** Whether requests are reported by OTLP, always without their contents. */
  readonly telemetry: boolean;
}

/** Writes the `config.yaml` of a LiteLLM proxy. Its callers show a key: without one LiteLLM refuses to start. */
export function litellmConfig(config: LiteLLMConfig): string {
  const document = {
    model_list: config.models.map((model) => modelEntry(model, config)),
    litellm_settings: {
      drop_params: true,
      ...(config.telemetry && { callbacks: ['otel'], turn_off_message_logging: true }),
    },
    general_settings: { master_key: 'os.environ/LITELLM_MASTER_KEY' },
    ...(config.telemetry && { callback_settings: { otel: { message_logging: false } } }),
  };
  return Yaml.stringify(document);
}

function modelEntry(model: string, { provider, hasApiBase, hasApiKey }: LiteLLMConfig): object {
  return {
    model_name: model,
    litellm_params: {
      model: withPrefix(model, provider),
      ...(hasApiBase && { api_base: 'os.environ/PROXY_API_BASE' }),
      ...(hasApiKey && { api_key: 'os.environ/PROXY_API_KEY' }),
    },
  };
}

function withPrefix(model: string, provider: string | undefined): string {
  return provider === undefined || model.startsWith(`${provider}/`) ? model : `${provider}/${model}`;
}
