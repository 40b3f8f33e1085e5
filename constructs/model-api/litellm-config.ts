import { type Duration } from 'cdk8s';
import { isModelPattern } from './model-name';
import { toPyYaml } from './py-yaml';
import { type ResolvedModel } from './proxy-model';
import { WRONG_KEY_CALLBACK } from './wrong-key';

/** Holds the key that callers of a proxy show. */
export const MASTER_KEY_VARIABLE = 'LITELLM_MASTER_KEY';
/** Holds the address of the proxy's own provider. */
export const API_BASE_VARIABLE = 'PROXY_API_BASE';

/** LiteLLM's own callback for traces. */
export const OTEL = 'otel';

/** What a LiteLLM proxy is configured with. */
export interface LiteLLMSettings {
  /** Models to serve. */
  readonly models: readonly ResolvedModel[];
  /** The address that `PROXY_API_BASE` holds. */
  readonly apiBase?: string;
  /** The variable that holds the key of a model's provider. */
  readonly keyVariableOf: (model: ResolvedModel) => string | undefined;
  /** Further attempts at a model. */
  readonly retries?: number;
  /** Time that one attempt may take. */
  readonly timeout: Duration;
  /** Models asked when one without fallbacks of its own has failed. */
  readonly defaultFallbacks?: readonly string[];
  /** Where limits and answers are shared; undefined when each pod keeps its own. */
  readonly redis?: RedisSettings;
  /** How long an answer is given again to the same question; undefined for never. */
  readonly cacheTtl?: Duration;
  /** What requests tell of themselves. */
  readonly reporting: ReportingSettings;
}

/** Which of the variables `REDIS_…` are set. */
export interface RedisSettings {
  readonly hasPassword: boolean;
  readonly tls: boolean;
  /** What keys in Redis begin with. */
  readonly namespace: string;
}

/** What requests tell of themselves by OTLP. */
export interface ReportingSettings {
  /** Whether they are reported. */
  readonly telemetry: boolean;
  /** Whether with their messages. */
  readonly captureMessageContent: boolean;
}

/** Writes the `config.yaml` of a LiteLLM proxy. Its callers show a key: without one LiteLLM refuses to start. */
export function litellmConfig(settings: LiteLLMSettings): string {
  const { timeout, reporting } = settings;
  const { callbacks, content, callbackSettings } = reportingSections(reporting);
  return toPyYaml({
    model_list: settings.models.map((model) => modelEntry(model, settings)),
    litellm_settings: {
      drop_params: true,
      request_timeout: seconds(timeout),
      // In this order: spans tell what became of the answer.
      callbacks: [WRONG_KEY_CALLBACK, ...callbacks],
      ...content,
      ...cacheSection(settings),
    },
    ...given('router_settings', routerSection(settings)),
    general_settings: { master_key: reference(MASTER_KEY_VARIABLE) },
    ...callbackSettings,
  });
}

/** The parts of a configuration that say what requests tell of themselves. */
export function reportingSections({ telemetry, captureMessageContent }: ReportingSettings): {
  callbacks: readonly string[];
  content: Record<string, boolean>;
  callbackSettings: { callback_settings?: { otel: { message_logging: boolean } } };
} {
  if (!telemetry) return { callbacks: [], content: {}, callbackSettings: {} };
  return {
    callbacks: [OTEL],
    content: {
      ...(!captureMessageContent && { turn_off_message_logging: true }),
      redact_user_api_key_info: true,
    },
    callbackSettings: { callback_settings: { otel: { message_logging: captureMessageContent } } },
  };
}

/** The variable that says in the words of both of LiteLLM's implementations that messages are reported too. */
export function contentEnv({ telemetry, captureMessageContent }: ReportingSettings): Record<string, string> {
  if (!telemetry || !captureMessageContent) return {};
  return { OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'SPAN_ONLY' };
}

const REFERENCE = 'os.environ/';

/** How LiteLLM is told to take a value from a variable. */
export function reference(variable: string): string {
  return `${REFERENCE}${variable}`;
}

/** The variable that a value is taken from; undefined for a value that stands for itself. */
export function referenced(value: unknown): string | undefined {
  if (typeof value !== 'string' || !value.startsWith(REFERENCE)) return undefined;
  return value.slice(REFERENCE.length);
}

/** Stands where LiteLLM insists on a key and the gateway behind it asks for none. */
const NO_KEY = 'none';

function modelEntry(model: ResolvedModel, { apiBase, keyVariableOf }: LiteLLMSettings): object {
  const key = keyVariableOf(model);
  return {
    model_name: model.name,
    litellm_params: {
      model: model.target,
      ...(model.apiBase !== undefined && {
        api_base: model.apiBase === apiBase ? reference(API_BASE_VARIABLE) : model.apiBase,
      }),
      ...(key !== undefined && { api_key: reference(key) }),
      ...(key === undefined && model.gateway && { api_key: NO_KEY }),
      ...given('rpm', model.rpm),
      ...given('tpm', model.tpm),
      ...given('max_parallel_requests', model.maxParallelRequests),
      ...given('timeout', seconds(model.timeout)),
      ...given('stream_timeout', seconds(model.streamTimeout)),
      ...model.params,
    },
    ...given('model_info', model.info),
  };
}

function routerSection(settings: LiteLLMSettings): object | undefined {
  const { models, retries, redis } = settings;
  const isLimited = models.some(({ rpm, tpm }) => rpm !== undefined || tpm !== undefined);
  const section = {
    ...given('num_retries', retries),
    // Without it LiteLLM takes the limits for weights of its routing and refuses nothing.
    ...(isLimited && { optional_pre_call_checks: ['enforce_model_rate_limits'] }),
    ...fallbackSection(settings),
    ...(redis && {
      redis_host: reference('REDIS_HOST'),
      redis_port: reference('REDIS_PORT'),
      ...(redis.hasPassword && { redis_password: reference('REDIS_PASSWORD') }),
      cache_kwargs: { namespace: redis.namespace, ...(redis.tls && { ssl: true }) },
    }),
  };
  return Object.keys(section).length > 0 ? section : undefined;
}

/**
 * LiteLLM's own default answers also for names that the proxy does not serve. So each model has the default among its
 * own, and LiteLLM is told of it for the sake of patterns alone, for which it knows no other way.
 */
function fallbackSection({ models, defaultFallbacks = [] }: LiteLLMSettings): object {
  const hasDefault = defaultFallbacks.length > 0 && models.some(({ name }) => isModelPattern(name));
  const names = new Set(models.map(({ name }) => name).filter((name) => !isModelPattern(name)));
  const ofModel = (name: string, property: 'fallbacks' | 'contextWindowFallbacks') =>
    models.find((model) => model.name === name && model[property])?.[property];
  const fallbacks = [...names]
    .map((name) => ({ name, others: ofModel(name, 'fallbacks') ?? defaultFallbacks }))
    .map(({ name, others }) => ({ [name]: others.filter((other) => other !== name) }))
    .filter((entry) => hasDefault || Object.values(entry).flat().length > 0);
  const forLength = [...names].flatMap((name) => {
    const others = ofModel(name, 'contextWindowFallbacks') ?? [];
    return others.length > 0 ? [{ [name]: [...others] }] : [];
  });
  return {
    ...(fallbacks.length > 0 && { fallbacks }),
    ...(forLength.length > 0 && { context_window_fallbacks: forLength }),
    ...(hasDefault && { default_fallbacks: [...defaultFallbacks] }),
  };
}

function cacheSection({ cacheTtl, redis }: LiteLLMSettings): object {
  if (!cacheTtl) return {};
  const ttl = seconds(cacheTtl);
  if (!redis) return { cache: true, cache_params: { type: 'local', ttl } };
  return {
    cache: true,
    cache_params: {
      type: 'redis',
      host: reference('REDIS_HOST'),
      port: reference('REDIS_PORT'),
      ...(redis.hasPassword && { password: reference('REDIS_PASSWORD') }),
      ...(redis.tls && { ssl: true }),
      ttl,
      namespace: redis.namespace,
    },
  };
}

function given<K extends string, V>(key: K, value: V | undefined): { [key in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [key in K]: V });
}

function seconds(duration: Duration): number;
function seconds(duration: Duration | undefined): number | undefined;
function seconds(duration: Duration | undefined): number | undefined {
  return duration && duration.toMilliseconds() / 1000;
}
