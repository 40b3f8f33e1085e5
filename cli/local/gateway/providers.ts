import { ConfigError } from '../../../runtime/contract';
import { type GatewayConfig } from './config';

/** Providers that speak OpenAI's API, by LiteLLM's names. */
const ADDRESSES: Readonly<Record<string, string>> = {
  deepseek: 'https://api.deepseek.com/v1',
  groq: 'https://api.groq.com/openai/v1',
  mistral: 'https://api.mistral.ai/v1',
  nebius: 'https://api.studio.nebius.com/v1',
  openai: 'https://api.openai.com/v1',
  xai: 'https://api.x.ai/v1',
};

/**
 * The configuration with an address for each model, as LiteLLM would know it.
 *
 * @throws ConfigError naming the model whose provider this stand-in cannot talk to
 */
export function withProviderAddresses(config: GatewayConfig): GatewayConfig {
  const models = config.models.map((model) => {
    const apiBase = model.apiBase ?? ADDRESSES[model.target.split('/')[0] ?? ''];
    if (apiBase !== undefined) return model.apiBase === undefined ? { ...model, apiBase } : model;
    const known = Object.keys(ADDRESSES).join(', ');
    throw new ConfigError([
      `model "${model.name}" is served as "${model.target}", which this gateway cannot reach by itself; ` +
        `give its apiBase, or a provider out of ${known}`,
    ]);
  });
  return { ...config, models };
}
