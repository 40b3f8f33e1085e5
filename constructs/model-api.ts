import { type k8s, Secret, type SecretValue } from 'cdk8s-plus-28';
import { Construct, type IConstruct } from 'constructs';
import { GATEWAY_LIVENESS_PATH, GATEWAY_READINESS_PATH, HTTP_PORT } from '../runtime/contract';
import { Egress } from './egress';
import { type Environment, fromSecret } from './environment';
import { fail } from './fail';
import { LITELLM_IMAGE } from './images';
import { litellmConfig } from './litellm-config';
import { nameOf } from './names';
import { refuseSecrets } from './refuse-secrets';
import { gatewayTelemetryEnv, type TelemetryOverride } from './telemetry-env';
import { missingEndpoint, reportingOf, telemetryTarget } from './telemetry-stack';
import { Workload } from './workload/workload';
import { type WorkloadOptions } from './workload/options';

const CONFIG_DIRECTORY = '/etc/litellm';
/** `nobody`, as whom LiteLLM's image without root runs. */
const LITELLM_UID = 65534;
/** Longer than the minute that an agent waits for a model. */
const TERMINATION_SECONDS = 90;

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

/** What a LiteLLM proxy is made of. */
export interface ModelAPIProxyProps<M extends string> extends WorkloadOptions {
  /**
   * Models it serves, by the names that agents use: names, `<prefix>/*` for all names that start alike, or `*` for
   * all. At least one.
   */
  readonly models: readonly M[];
  /**
   * LiteLLM's name of the provider behind all models, such as `openai`.
   * @default - each model is given with its provider, as in `openai/gpt-4o`
   */
  readonly provider?: string;
  /**
   * Address of the provider.
   * @default - LiteLLM knows the provider's
   */
  readonly apiBase?: string;
  /**
   * Key for the provider, in a Secret that exists beside the manifests.
   * @default - none: the provider asks for no key
   */
  readonly apiKey?: SecretValue;
  /**
   * Key that callers of the proxy show, in a Secret that exists beside the manifests; it begins with `sk-`. Agents get
   * it by reference.
   * @default - key `master-key` of the Secret `modelapi-<id>`
   */
  readonly masterKey?: SecretValue;
  /**
   * What it says of its telemetry in place of what its stack says.
   * @default - the stack's
   */
  readonly telemetry?: TelemetryOverride;
}

/** A gateway to models. Its type remembers which, so an agent that asks for another does not compile. */
export class ModelAPI<M extends string = string> extends Construct implements IModelAPI<M> {
  /**
   * A LiteLLM proxy in front of a provider.
   *
   * Renders the Deployment and Service `modelapi-<id>` and the ConfigMap `litellm-config-<id>`.
   */
  static proxy<const M extends string>(
    scope: Construct,
    id: string,
    props: ModelAPIProxyProps<M>,
  ): ModelAPI<M> {
    return new ModelAPI(scope, id, props);
  }

  /** Name of the gateway: the id of this construct. */
  readonly name: string;
  readonly url: string;
  readonly models: readonly M[];
  readonly key: SecretValue;
  /** Service in front of the gateway. */
  readonly service: k8s.KubeService;
  readonly endpoint: Workload;

  private constructor(scope: Construct, id: string, props: ModelAPIProxyProps<M>) {
    super(scope, id);
    this.name = nameOf(this);
    this.models = Object.freeze([...props.models]);
    checkProps(this, props);
    refuseSecrets(this, { apiBase: props.apiBase });
    this.key = props.masterKey ?? {
      secret: Secret.fromSecretName(this, 'master-key', `modelapi-${this.name}`),
      key: 'master-key',
    };

    const workload = new Workload(this, 'workload', {
      kind: 'modelapi',
      name: this.name,
      container: 'model-api',
      image: props.image ?? LITELLM_IMAGE,
      args: ['--config', `${CONFIG_DIRECTORY}/config.yaml`, '--port', String(HTTP_PORT)],
      config: {
        name: `litellm-config-${this.name}`,
        mountPath: CONFIG_DIRECTORY,
        data: () => ({
          'config.yaml': litellmConfig({
            models: this.models,
            provider: props.provider,
            hasApiBase: props.apiBase !== undefined,
            hasApiKey: props.apiKey !== undefined,
            telemetry: telemetryTarget(this, props.telemetry) !== undefined,
          }),
        }),
      },
      env: () => ({
        ...proxyEnv(props, this.key),
        ...gatewayTelemetryEnv(telemetryTarget(this, props.telemetry)),
      }),
      ports: [{ name: 'http', port: HTTP_PORT }],
      probes: {
        port: 'http',
        liveness: GATEWAY_LIVENESS_PATH,
        readiness: GATEWAY_READINESS_PATH,
        startupSeconds: 180,
      },
      resources: { cpu: '250m', memory: '1Gi', memoryLimit: '2Gi' },
      user: LITELLM_UID,
      terminationSeconds: TERMINATION_SECONDS,
      emptyDirectories: [{ name: 'tmp', mountPath: '/tmp', size: '256Mi' }],
      reporting: () => reportingOf(this, props.telemetry),
      options: props,
    });
    workload.mayCall(props.apiBase === undefined ? Egress.toInternet() : Egress.toUrl(props.apiBase));
    this.url = workload.url;
    this.service = workload.service;
    this.endpoint = workload;
    this.node.addValidation({ validate: () => missingEndpoint(this, props.telemetry) });
  }
}

function proxyEnv(
  { apiBase, apiKey, logLevel = 'INFO' }: ModelAPIProxyProps<string>,
  masterKey: SecretValue,
): Environment {
  return {
    LITELLM_MASTER_KEY: fromSecret(masterKey),
    ...(apiBase !== undefined && { PROXY_API_BASE: apiBase }),
    ...(apiKey && { PROXY_API_KEY: fromSecret(apiKey) }),
    // LiteLLM has no TRACE.
    LITELLM_LOG: logLevel === 'TRACE' ? 'DEBUG' : logLevel,
    LITELLM_MODE: 'PRODUCTION',
    LITELLM_NON_ROOT: 'true',
    HOME: '/tmp',
    XDG_CACHE_HOME: '/tmp/.cache',
  };
}

function checkProps(scope: IConstruct, { models, provider, apiBase }: ModelAPIProxyProps<string>): void {
  if (models.length === 0) fail(scope, 'models is empty', 'name at least one, or "*" for all');
  if (models.some((model) => model.trim() === '')) fail(scope, 'models has an empty name', 'leave it out');
  const twice = models.find((model, index) => models.indexOf(model) !== index);
  if (twice !== undefined) fail(scope, `models has "${twice}" twice`, 'name it once');
  if (provider !== undefined && !/^[-\w.]+$/.test(provider)) {
    fail(scope, `provider is "${provider}"`, "give LiteLLM's name of it, such as openai");
  }
  if (apiBase !== undefined && !(URL.canParse(apiBase) && /^https?:/.test(apiBase))) {
    fail(scope, `apiBase is "${apiBase}"`, 'give an http or https URL');
  }
}
