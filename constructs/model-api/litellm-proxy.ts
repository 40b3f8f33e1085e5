import { Chart, Duration } from 'cdk8s';
import { type k8s, Secret, type SecretValue } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { GATEWAY_LIVENESS_PATH, GATEWAY_READINESS_PATH, HTTP_PORT } from '../../runtime/contract';
import { LITELLM_IMAGE } from '../images';
import { contentEnv, litellmConfig, type ReportingSettings } from './litellm-config';
import { type ModelAPIProxyProps } from './litellm-proxy-props';
import { type IModelAPI } from '../model-api';
import { nameOf } from '../names';
import { ProviderKeys } from './provider-keys';
import { checkProxy } from './proxy-checks';
import { proxyEnvironment } from './proxy-environment';
import { apiBaseOf, type ResolvedModel, resolveModels } from './proxy-model';
import { waysOfProxy } from './proxy-ways';
import { WRONG_KEY_CODE, WRONG_KEY_FILE } from './wrong-key';
import { deployIdentity } from '../telemetry/deploy-identity';
import { gatewayTelemetryEnv, takesTraces, type TelemetryTarget } from '../telemetry/telemetry-env';
import { reportingOf, telemetryProblems, telemetryTarget } from '../telemetry/telemetry-target';
import { Workload } from '../workload/workload';
import { refuseSecrets } from '../refuse-secrets';
import { given, givenProps, givenSecret } from '../given';

const CONFIG_DIRECTORY = '/etc/litellm';
/** `nobody`, as whom LiteLLM's image without root runs. */
const LITELLM_UID = 65534;
/** Longer than the minute that an agent waits for a model. */
const TERMINATION_SECONDS = 90;
/** LiteLLM's own is 100 minutes, for which a provider that hangs would hold a connection. */
const TIMEOUT = Duration.minutes(2);

/**
 * A LiteLLM proxy in front of providers. Its type remembers its models, so an agent that asks for another does not
 * compile.
 *
 * Renders the workload `modelapi-<id>` and the ConfigMap `litellm-config-<id>`.
 */
export class LiteLLMProxy<M extends string = string> extends Construct implements IModelAPI<M> {
  /** Name of the gateway: the id of this construct. */
  readonly name: string;
  readonly url: string;
  readonly models: readonly M[];
  readonly key: SecretValue;
  readonly endpoint: Workload;
  /** Service in front of the gateway. */
  readonly service: k8s.KubeService;

  constructor(scope: Construct, id: string, all: ModelAPIProxyProps<M>) {
    super(scope, id);
    const said = givenProps(this, all);
    const props: ModelAPIProxyProps<M> = {
      ...said,
      models: given(this, 'models', said.models, 'list', () => []),
      apiKey: givenSecret(this, 'apiKey', said.apiKey),
      masterKey: givenSecret(this, 'masterKey', said.masterKey),
    };
    this.name = nameOf(this);
    const names = props.models.map((model) => (typeof model === 'string' ? model : model.name));
    this.models = Object.freeze([...new Set(names)]);
    this.key = props.masterKey ?? {
      secret: Secret.fromSecretName(this, 'master-key', `modelapi-${this.name}`),
      key: 'master-key',
    };
    // What a configuration of your own may not hold is refused in words of its own.
    const { config, ...options } = props;
    refuseSecrets(this, options);
    const models = resolveModels(props.models, props);
    const keys = keysOf(props, models);
    const environment = proxyEnvironment(props, this.key, keys);
    checkProxy(this, props, Object.keys({ ...environment, ...props.env }));

    const telemetry = { captureMessageContent: props.captureMessageContent, ...props.telemetry };
    const target = (): TelemetryTarget | undefined => telemetryTarget(this, telemetry);
    const reporting = (): ReportingSettings => ({
      telemetry: takesTraces(target()),
      captureMessageContent: target()?.capturesContent ?? false,
    });
    const { image = LITELLM_IMAGE } = props;
    const workload = new Workload(this, 'workload', {
      kind: 'modelapi',
      name: this.name,
      container: 'model-api',
      image,
      args: ['--config', `${CONFIG_DIRECTORY}/config.yaml`, '--port', String(HTTP_PORT)],
      config: {
        name: `litellm-config-${this.name}`,
        mountPath: CONFIG_DIRECTORY,
        data: () => ({
          'config.yaml': this.configText(props, models, keys, reporting()),
          [WRONG_KEY_FILE]: WRONG_KEY_CODE,
        }),
      },
      env: () => ({
        ...environment,
        ...gatewayTelemetryEnv(target(), deployIdentity(this, { image })),
        ...contentEnv(reporting()),
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
      lingers: true,
      emptyDirectories: [{ name: 'tmp', mountPath: '/tmp', size: '256Mi' }],
      reporting: () => reportingOf(this, telemetry),
      options,
    });
    waysOfProxy(props, models).forEach((way) => workload.mayCall(way));
    props.expose?.addTo(this, 'exposure', workload, 'modelapi');
    this.url = workload.url;
    this.service = workload.service;
    this.endpoint = workload;
    this.node.addValidation({ validate: () => telemetryProblems(this, telemetry) });
  }

  private configText(
    props: ModelAPIProxyProps<M>,
    models: readonly ResolvedModel[],
    keys: ProviderKeys,
    reporting: ReportingSettings,
  ): string {
    const { config, redis, timeout = TIMEOUT, retries, defaultFallbacks, cache } = props;
    if (config) return config.complete(reporting);
    return litellmConfig({
      models,
      apiBase: apiBaseOf(props.apiBase),
      keyVariableOf: ({ apiKey }) => apiKey && keys.variableOf(apiKey),
      timeout,
      retries,
      defaultFallbacks,
      cacheTtl: cache?.ttl,
      redis: redis && {
        hasPassword: redis.password !== undefined,
        tls: redis.tls,
        namespace: ['kaos', Chart.of(this).namespace, this.name].filter(Boolean).join('.'),
      },
      reporting,
    });
  }
}

function keysOf(
  { apiBase, apiKey }: ModelAPIProxyProps<string>,
  models: readonly ResolvedModel[],
): ProviderKeys {
  const main = apiKey ?? (typeof apiBase === 'object' ? apiBase.key : undefined);
  return new ProviderKeys(
    main,
    models.flatMap((model) => model.apiKey ?? []),
  );
}
