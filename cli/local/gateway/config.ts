import { parseDocument } from 'yaml';
import { ConfigError, type Env } from '../../../runtime/contract';

/** What the gateway reads of a LiteLLM configuration file. */
export interface GatewayConfig {
  readonly models: readonly GatewayModel[];
  /** Callers show it as a bearer token; undefined lets everybody in. */
  readonly masterKey: string | undefined;
  /** Models asked instead when one fails, in that order, by its name; `*` stands for any that has none of its own. */
  readonly fallbacks: ReadonlyMap<string, readonly string[]>;
}

export interface GatewayModel {
  /** What callers ask for; stars stand for anything. */
  readonly name: string;
  /** What the upstream is asked for, with the provider in front: `openai/gpt-4o`. */
  readonly target: string;
  /** Base URL of the upstream's API; undefined when none is stated or the variable it refers to is not set. */
  readonly apiBase: string | undefined;
  readonly apiKey: string | undefined;
}

/**
 * Reads a LiteLLM configuration file. `os.environ/NAME` stands for a variable of `env`; one that is not set
 * counts as not stated, as in LiteLLM. What limits, retries or caches has no effect here: on one machine there is one
 * caller. Nor has `drop_params`: the upstream speaks OpenAI's API itself, so there is nothing to drop.
 * @throws ConfigError naming path, value and fix
 */
export function loadGatewayConfig(yamlText: string, env: Env): GatewayConfig {
  const document = parseDocument(yamlText);
  const [problem] = document.errors;
  if (problem) throw new ConfigError([`the gateway configuration is not YAML: ${problem.message}`]);
  const root = mapping(document.toJS(), 'the gateway configuration');
  const settings = mapping(root.general_settings ?? {}, 'general_settings');
  const entries = root.model_list;
  if (!Array.isArray(entries) || entries.length === 0)
    throw wrong('model_list', entries, 'at least one model');
  const callerKey = settings.master_key ?? (env.LITELLM_MASTER_KEY || undefined);
  const masterKey = optionalText(callerKey, 'general_settings.master_key', env);
  // LiteLLM would start without a lock; a lock that was asked for must not be missing here.
  if (masterKey === undefined && callerKey !== undefined)
    throw wrong('general_settings.master_key', callerKey, 'a value to that variable, or no master_key');
  const models = entries.map((entry, index) => readModel(entry, `model_list[${index}]`, env));
  return { models, masterKey, fallbacks: readFallbacks(root) };
}

function readModel(value: unknown, path: string, env: Env): GatewayModel {
  const entry = mapping(value, path);
  const params = mapping(entry.litellm_params, `${path}.litellm_params`);
  const apiBase = optionalText(params.api_base, `${path}.litellm_params.api_base`, env);
  const isUrl = apiBase === undefined || /^https?:\/\/./.test(apiBase);
  if (!isUrl) throw wrong(`${path}.litellm_params.api_base`, params.api_base, 'an http or https URL');
  return {
    name: requiredText(entry.model_name, `${path}.model_name`),
    target: requiredText(params.model, `${path}.litellm_params.model`),
    apiBase: apiBase?.replace(/\/+$/, ''),
    apiKey: optionalText(params.api_key, `${path}.litellm_params.api_key`, env),
  };
}

/** They stand in either section, each as a list of mappings, `default_fallbacks` as a list of names. */
function readFallbacks(root: Readonly<Record<string, unknown>>): Map<string, readonly string[]> {
  const fallbacks = new Map<string, readonly string[]>();
  for (const section of ['litellm_settings', 'router_settings']) {
    const settings = mapping(root[section] ?? {}, section);
    const defaults = settings.default_fallbacks;
    if (defaults !== undefined) fallbacks.set('*', names(defaults, `${section}.default_fallbacks`));
    const path = `${section}.fallbacks`;
    for (const [index, entry] of list(settings.fallbacks ?? [], path).entries()) {
      for (const [model, others] of Object.entries(mapping(entry, `${path}[${index}]`)))
        fallbacks.set(model, names(others, `${path}[${index}].${model}`));
    }
  }
  return fallbacks;
}

function names(value: unknown, path: string): string[] {
  return list(value, path).map((name, index) => requiredText(name, `${path}[${index}]`));
}

function list(value: unknown, path: string): unknown[] {
  if (!Array.isArray(value)) throw wrong(path, value, 'a list');
  return value;
}

const REFERENCE = 'os.environ/';

function optionalText(value: unknown, path: string, env: Env): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') throw new ConfigError([`${path} is a ${typeof value}; give a string`]); // it may be a secret
  const text = value.startsWith(REFERENCE) ? env[value.slice(REFERENCE.length)] : value;
  return text === '' ? undefined : text;
}

function requiredText(value: unknown, path: string): string {
  if (typeof value !== 'string' || value === '') throw wrong(path, value, 'a non-empty string');
  return value;
}

function mapping(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw wrong(path, value, 'a mapping');
  return value as Readonly<Record<string, unknown>>;
}

function wrong(path: string, value: unknown, wanted: string): Error {
  const shown = value === undefined ? 'missing' : (JSON.stringify(value)?.slice(0, 80) ?? typeof value);
  return new ConfigError([`${path} is ${shown}; give ${wanted}`]);
}
