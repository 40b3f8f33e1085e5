import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import {
  MASTER_KEY_VARIABLE,
  OTEL,
  reference,
  referenced,
  type ReportingSettings,
  reportingSections,
} from './litellm-config';
import { servesModel } from './model-name';
import { isLiteralSecret, LITERAL_SECRET_FIX } from './literal-secrets';
import { toPyYaml } from './py-yaml';
import { findSecrets } from '../refuse-secrets';
import { WRONG_KEY_CALLBACK } from './wrong-key';

/** What is wrong with a configuration, and what to do about it. */
export type Problem = readonly [problem: string, fix: string];

/** A configuration of your own for a LiteLLM proxy, which is completed, not replaced. */
export class LiteLLMConfig {
  /** From an object, as LiteLLM's documentation has it in YAML. */
  static fromObject(config: Readonly<Record<string, unknown>>): LiteLLMConfig {
    return new LiteLLMConfig(config, undefined);
  }

  /** From a YAML file, read at once; its path is relative to the directory that synthesis runs in. */
  static fromFile(path: string): LiteLLMConfig {
    const { root, problem } = readYaml(path);
    return new LiteLLMConfig(root, problem);
  }

  private constructor(
    private readonly root: unknown,
    private readonly unreadable: Problem | undefined,
  ) {}

  /** What is wrong with it for a proxy that serves these models, from variables of which these are set. */
  problems(models: readonly string[], variables: readonly string[]): readonly Problem[] {
    if (this.unreadable) return [this.unreadable];
    if (this.entries.length === 0) return [['config has no model_list', 'list at least one model there']];
    return [
      ...unnamedModels(
        models,
        this.entries.map(({ model_name }) => model_name),
      ),
      ...unservedModels(models, this.served),
      ...literalKeys(this.root),
      ...missingVariables(this.root, variables),
    ];
  }

  /** Addresses of the providers; undefined for one whose address LiteLLM knows. */
  get apiBases(): readonly (string | undefined)[] {
    return this.entries.map(({ litellm_params: params }) => {
      const { api_base: address, base_url: other } = mapping(params);
      return textOf(address) ?? textOf(other);
    });
  }

  /** The text of the file, with what every proxy of ours has. What it says itself stays. */
  complete(reporting: ReportingSettings): string {
    const root = mapping(this.root);
    const own = mapping(root.litellm_settings);
    const { callbacks, content, callbackSettings } = reportingSections(reporting);
    const { otel = {}, ...otherCallbacks } = mapping(root.callback_settings);
    const defaults = callbackSettings.callback_settings;
    const settings = { ...content, ...own, ...withCallbacks(own, [WRONG_KEY_CALLBACK, ...callbacks]) };
    return toPyYaml({
      ...root,
      litellm_settings: settings,
      general_settings: { master_key: reference(MASTER_KEY_VARIABLE), ...mapping(root.general_settings) },
      ...(defaults && {
        callback_settings: { ...otherCallbacks, otel: { ...defaults.otel, ...mapping(otel) } },
      }),
    });
  }

  private get entries(): readonly Readonly<Record<string, unknown>>[] {
    const list = mapping(this.root).model_list;
    return Array.isArray(list) ? list.map(mapping) : [];
  }

  /** Names and patterns that requests may give. */
  private get served(): readonly string[] {
    const aliases = mapping(mapping(mapping(this.root).router_settings).model_group_alias);
    return [...this.entries.map(({ model_name }) => String(model_name)), ...Object.keys(aliases)];
  }
}

function readYaml(path: string): { root?: unknown; problem?: Problem } {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    return { problem: [`the config file "${path}" cannot be read: ${code}`, 'give the path of a file'] };
  }
  // LiteLLM reads YAML 1.1, in which for instance `no` is a boolean.
  const document = parseDocument(text, { version: '1.1' });
  const [error] = document.errors;
  // Below its first line the message quotes the file, which may hold what nobody should see.
  const message = error?.message.split('\n')[0]?.replace(/:$/, '');
  if (message) return { problem: [`the config file "${path}" is not YAML: ${message}`, 'correct it there'] };
  return { root: document.toJS() };
}

function unnamedModels(models: readonly string[], names: readonly unknown[]): Problem[] {
  return names.flatMap((name, index): Problem[] => {
    if (typeof name !== 'string' || name === '') {
      return [[`config has no model_name in model_list.${index}`, 'give the name that agents ask for']];
    }
    if (servesModel(models, name)) return [];
    return [[`model_name "${name}" of config is not among the models`, `add it to ${models.join(', ')}`]];
  });
}

function unservedModels(models: readonly string[], served: readonly string[]): Problem[] {
  return models
    .filter((model) => !served.some((pattern) => pattern === model || matches(pattern, model)))
    .map((model) => [`config does not serve the model "${model}"`, 'give it a model_name in model_list']);
}

/** LiteLLM takes a star anywhere in a name for any text. */
function matches(pattern: string, model: string): boolean {
  if (!pattern.includes('*')) return false;
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(model);
}

function literalKeys(root: unknown): Problem[] {
  const named = leaves(root, []).flatMap(({ path, text }) =>
    isLiteralSecret(path.at(-1) ?? '', text) ? [path.join('.')] : [],
  );
  const looksLike = findSecrets(root as object, []).map(({ path }) => path);
  return [...new Set([...named, ...looksLike])].map((path) => [
    `config holds a key at ${path}`,
    LITERAL_SECRET_FIX,
  ]);
}

function missingVariables(root: unknown, variables: readonly string[]): Problem[] {
  const asked = leaves(root, []).flatMap(({ text }) => referenced(text) ?? []);
  return [...new Set(asked)]
    .filter((variable) => !variables.includes(variable))
    .map((variable) => [
      `config takes a value from the variable ${variable}, which is not set`,
      'set it in env',
    ]);
}

/** All texts in a value, each with the way to it. */
function leaves(value: unknown, path: readonly string[]): { path: readonly string[]; text: string }[] {
  if (typeof value === 'string') return [{ path, text: value }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => leaves(item, [...path, key]));
}

/** The callbacks with those among them that no list of callbacks has; OpenTelemetry tells what the others made of it. */
function withCallbacks(
  settings: Readonly<Record<string, unknown>>,
  added: readonly string[],
): { callbacks?: unknown[] } {
  const own = listOf(settings.callbacks);
  const lists = [own, settings.success_callback, settings.failure_callback].map(listOf);
  const missing = added.filter((callback) => !lists.some((list) => list.includes(callback)));
  const at = own.includes(OTEL) ? own.indexOf(OTEL) : own.length;
  return missing.length === 0 ? {} : { callbacks: [...own.slice(0, at), ...missing, ...own.slice(at)] };
}

function listOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  return value === undefined || value === null ? [] : [value];
}

function mapping(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
