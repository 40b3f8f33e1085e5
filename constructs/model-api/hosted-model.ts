import { Duration } from 'cdk8s';
import { type k8s } from 'cdk8s-plus-28';
import { Construct, type IConstruct } from 'constructs';
import { type Environment } from '../environment';
import { type Exposure } from '../exposure';
import { fail } from '../fail';
import { OLLAMA_IMAGE } from '../images';
import { type IModelAPI } from '../model-api';
import { ModelStorage } from './model-storage';
import { nameOf } from '../names';
import { isOllamaModel, OLLAMA_PORT, PULL_AND_SERVE, registriesOf } from './ollama';
import { type PodProps } from '../workload/pod-template';
import { sizeText } from '../workload/quantities';
import { Workload } from '../workload/workload';
import { type WorkloadOptions } from '../workload/options';
import { checkCounts } from '../numbers';
import { checkSeconds, secondsOf } from '../durations';
import { refuseSecrets } from '../refuse-secrets';
import { given, givenProps } from '../given';

const MODELS_DIRECTORY = '/models';
/** The server keeps a key of its own there, and does not start when it cannot. */
const HOME = '/home/ollama';
const OLLAMA_UID = 65532;
/** Longer than the minute that an agent waits for a model. */
const TERMINATION_SECONDS = 90;
/** What a rollout takes beside the pull: finding a node with the device, and the image, which has gigabytes. */
const ROLLOUT_MARGIN_SECONDS = 600;

/** What a hosted model is made of. It has no telemetry: Ollama knows none. */
export interface ModelAPIHostedProps<M extends string = string> extends WorkloadOptions {
  /**
   * Models it pulls and serves, by Ollama's names, such as `smollm2:135m`; agents ask for the very same. At least one.
   */
  readonly models: readonly M[];
  /**
   * Where the models are kept.
   * @default ModelStorage.emptyDir(Size.gibibytes(20))
   */
  readonly storage?: ModelStorage;
  /**
   * GPUs of the pod. A whole number, 1 or more.
   * @default - none: models run on the CPU
   */
  readonly gpus?: number;
  /**
   * Name of the resource that the GPUs are.
   * @default 'nvidia.com/gpu'
   */
  readonly gpuResource?: string;
  /**
   * Time in which all models are pulled; a pod that takes longer starts anew, with what it has.
   * @default Duration.minutes(30)
   */
  readonly pullTimeout?: Duration;
  /**
   * How long a model stays in memory after a request, or `forever`.
   * @default - Ollama's own: 5 minutes
   */
  readonly keepAlive?: Duration | 'forever';
  /**
   * Tokens that a model sees at once. Tools and history of an agent need more than a chat. A whole number, 1 or more.
   * @default - Ollama's own, by the memory of the GPU: 4096 at the least
   */
  readonly contextLength?: number;
  /**
   * How clients outside the cluster reach it. Ollama asks them for no key, so whoever stands in front has to.
   * @default - they do not: it has its Service inside the cluster alone
   */
  readonly expose?: Exposure;
}

/**
 * Models that the cluster runs itself, by Ollama. Its type remembers them, so an agent that asks for another does not
 * compile. Ready once all of them are there.
 *
 * Renders the workload `modelapi-<id>`, and the claim `modelapi-<id>-models` when models are to outlive pods.
 */
export class HostedModel<M extends string = string> extends Construct implements IModelAPI<M> {
  /** Name of the gateway: the id of this construct. */
  readonly name: string;
  readonly url: string;
  readonly models: readonly M[];
  /** Ollama asks for none: its network policy says who may call it. */
  readonly key = undefined;
  readonly endpoint: Workload;
  /** Service in front of the server. */
  readonly service: k8s.KubeService;

  constructor(scope: Construct, id: string, all: ModelAPIHostedProps<M>) {
    super(scope, id);
    const said = givenProps(this, all);
    const props = { ...said, models: given(this, 'models', said.models, 'list', () => []) };
    this.name = nameOf(this);
    this.models = Object.freeze([...props.models]);
    refuseSecrets(this, props);
    checkHosted(this, props);
    const { storage = ModelStorage.emptyDir(), pullTimeout = Duration.minutes(30) } = props;

    const workload = new Workload(this, 'workload', {
      kind: 'modelapi',
      name: this.name,
      container: 'model-api',
      image: props.image ?? OLLAMA_IMAGE,
      command: ['/bin/sh', '-c', PULL_AND_SERVE, 'ollama'],
      args: this.models,
      env: () => environment(props),
      ports: [{ name: 'http', port: OLLAMA_PORT }],
      probes: {
        port: 'http',
        // They are pulled in this order, so the last one there means all.
        startupCommand: ['ollama', 'show', this.models.at(-1) ?? ''],
        startupSeconds: secondsOf(pullTimeout),
        liveness: '/',
        readiness: '/',
      },
      progressDeadlineSeconds: secondsOf(pullTimeout) + ROLLOUT_MARGIN_SECONDS,
      resources: { cpu: '1', memory: '2Gi', memoryLimit: '8Gi', devices: devicesOf(props) },
      user: OLLAMA_UID,
      terminationSeconds: TERMINATION_SECONDS,
      lingers: true,
      ...volumesOf(this.name, storage),
      options: props,
    });
    registriesOf(this.models).forEach((way) => workload.mayCall(way));
    props.expose?.addTo(this, 'exposure', workload, 'modelapi');
    this.url = workload.url;
    this.service = workload.service;
    this.endpoint = workload;
  }
}

function environment({ keepAlive, contextLength, logLevel }: ModelAPIHostedProps): Environment {
  const debug = { TRACE: '2', DEBUG: '1', INFO: undefined, WARNING: undefined, ERROR: undefined }[
    logLevel ?? 'INFO'
  ];
  return {
    OLLAMA_HOST: `0.0.0.0:${OLLAMA_PORT}`,
    OLLAMA_MODELS: MODELS_DIRECTORY,
    // What a pull that was cut short has brought would be thrown away at the next start.
    OLLAMA_NOPRUNE: 'true',
    ...(keepAlive && { OLLAMA_KEEP_ALIVE: keepAlive === 'forever' ? '-1' : `${secondsOf(keepAlive)}s` }),
    ...(contextLength !== undefined && { OLLAMA_CONTEXT_LENGTH: String(contextLength) }),
    ...(debug && { OLLAMA_DEBUG: debug }),
    HOME,
  };
}

function devicesOf({
  gpus,
  gpuResource = 'nvidia.com/gpu',
}: ModelAPIHostedProps): Record<string, number> | undefined {
  return gpus === undefined ? undefined : { [gpuResource]: gpus };
}

function volumesOf(
  name: string,
  { claim, size }: ModelStorage,
): Pick<PodProps, 'emptyDirectories' | 'persistence'> {
  const models = { name: 'models', mountPath: MODELS_DIRECTORY };
  const own = [
    { name: 'home', mountPath: HOME, size: '16Mi' },
    { name: 'tmp', mountPath: '/tmp', size: '1Gi' },
  ];
  if (!claim) return { emptyDirectories: [{ ...models, size: sizeText(size) }, ...own] };
  return {
    persistence: { ...models, ...claim, claimName: `modelapi-${name}-models` },
    emptyDirectories: own,
  };
}

function checkHosted(scope: IConstruct, props: ModelAPIHostedProps): void {
  const { models, gpus, contextLength, pullTimeout, keepAlive, gpuResource } = props;
  if (models.length === 0) fail(scope, 'models is empty', 'name at least one');
  for (const model of models.filter((name) => !isOllamaModel(name))) {
    fail(scope, `models has "${model}"`, "give Ollama's name of a model, such as smollm2:135m");
  }
  const twice = models.find((model, index) => models.indexOf(model) !== index);
  if (twice !== undefined) fail(scope, `models has "${twice}" twice`, 'name it once');
  checkCounts(scope, { gpus, contextLength });
  if (gpuResource !== undefined && !/^[-a-z0-9.]+\/[-\w.]+$/.test(gpuResource)) {
    fail(scope, `gpuResource is "${gpuResource}"`, 'give a resource such as amd.com/gpu');
  }
  if (gpuResource !== undefined && gpus === undefined)
    fail(scope, 'gpuResource is given without gpus', 'say how many');
  if (props.storage?.size.toKibibytes() === 0) fail(scope, 'the size of storage is 0', 'give some space');
  checkSeconds(scope, { pullTimeout });
  checkSeconds(scope, { keepAlive: keepAlive === 'forever' ? undefined : keepAlive }, 0);
}
