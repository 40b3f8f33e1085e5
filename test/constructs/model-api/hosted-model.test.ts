import { Duration, Size } from 'cdk8s';
import { Cpu } from 'cdk8s-plus-28';
import { type Construct } from 'constructs';
import {
  Agent,
  Egress,
  ModelAPI,
  type ModelAPIHostedProps,
  ModelStorage,
  OtlpExporter,
  TelemetryStack,
} from '../../../constructs';
import { PULL_AND_SERVE } from '../../../constructs/model-api/ollama';
import { chart, envOf, find, type Manifest, problemsOf, synth } from '../../support/synth';

function hosted(props: Partial<ModelAPIHostedProps> = {}): Manifest[] {
  return synth((scope) => ModelAPI.hosted(scope, 'ollama', { models: ['smollm2:135m'], ...props }));
}

function deploymentOf(manifests: readonly Manifest[]): Manifest {
  return find(manifests, 'Deployment', 'modelapi-ollama').spec;
}

function containerOf(manifests: readonly Manifest[]): Manifest {
  return deploymentOf(manifests).template.spec.containers[0];
}

test('a hosted model is Ollama, restricted, with a Deployment, a Service and a policy', () => {
  const manifests = hosted();
  const { template } = deploymentOf(manifests);
  expect(template.metadata.labels).toMatchObject({ app: 'modelapi', modelapi: 'ollama' });
  expect(containerOf(manifests)).toMatchObject({
    name: 'model-api',
    image: 'ollama/ollama:0.35.1',
    securityContext: { runAsUser: 65532, readOnlyRootFilesystem: true },
    resources: { requests: { cpu: '1', memory: '2Gi' }, limits: { memory: '8Gi' } },
  });
  expect(envOf(find(manifests, 'Deployment', 'modelapi-ollama'))).toEqual({
    OLLAMA_HOST: '0.0.0.0:11434',
    OLLAMA_MODELS: '/models',
    OLLAMA_NOPRUNE: 'true',
    HOME: '/home/ollama',
  });
  expect(find(manifests, 'Service', 'modelapi-ollama').spec.ports[0].port).toBe(11434);
  expect(manifests.map(({ kind }) => kind).sort()).toEqual(['Deployment', 'NetworkPolicy', 'Service']);
});

test('the command is fixed text, and the models are its arguments', () => {
  const { command, args } = containerOf(hosted({ models: ['smollm2:135m', 'llama3.2'] }));
  expect(command).toEqual(['/bin/sh', '-c', PULL_AND_SERVE, 'ollama']);
  expect(args).toEqual(['smollm2:135m', 'llama3.2']);
});

test('a pod has started once its last model is there, for which it has the time of the pull', () => {
  const manifests = hosted({ models: ['smollm2:135m', 'llama3.2'], pullTimeout: Duration.hours(1) });
  const { startupProbe, livenessProbe, readinessProbe } = containerOf(manifests);
  expect(startupProbe.exec.command).toEqual(['ollama', 'show', 'llama3.2']);
  expect(startupProbe.periodSeconds * startupProbe.failureThreshold).toBe(3600);
  expect(livenessProbe.httpGet).toEqual({ path: '/', port: 'http' });
  expect(readinessProbe.httpGet).toEqual({ path: '/', port: 'http' });
  expect(deploymentOf(manifests).progressDeadlineSeconds).toBe(4200);
  expect(deploymentOf(hosted()).progressDeadlineSeconds).toBe(2400);
});

test('models end with the pod, or are kept in a claim that one pod has', () => {
  const onNode = deploymentOf(hosted({ storage: ModelStorage.emptyDir(Size.gibibytes(5)) }));
  expect(onNode.template.spec.volumes[0]).toEqual({ name: 'models', emptyDir: { sizeLimit: '5Gi' } });
  expect(onNode.strategy.type).toBe('RollingUpdate');

  const storage = ModelStorage.persistentVolumeClaim({ size: Size.gibibytes(50), storageClassName: 'fast' });
  const manifests = hosted({ storage });
  expect(find(manifests, 'PersistentVolumeClaim', 'modelapi-ollama-models').spec).toEqual({
    accessModes: ['ReadWriteOnce'],
    storageClassName: 'fast',
    resources: { requests: { storage: '50Gi' } },
  });
  const kept = deploymentOf(manifests);
  expect(kept.strategy).toEqual({ type: 'Recreate' });
  expect(kept.template.spec.volumes[0]).toEqual({
    name: 'models',
    persistentVolumeClaim: { claimName: 'modelapi-ollama-models' },
  });
  expect(containerOf(manifests).volumeMounts).toEqual([
    { name: 'models', mountPath: '/models' },
    { name: 'home', mountPath: '/home/ollama' },
    { name: 'tmp', mountPath: '/tmp' },
  ]);
});

test('GPUs are limits, of a resource that can be another', () => {
  expect(containerOf(hosted({ gpus: 1 })).resources.limits).toEqual({ memory: '8Gi', 'nvidia.com/gpu': '1' });
  const { limits } = containerOf(hosted({ gpus: 2, gpuResource: 'amd.com/gpu' })).resources;
  expect(limits).toEqual({ memory: '8Gi', 'amd.com/gpu': '2' });
});

test('Ollama is told how long to keep a model and how much of a request to read', () => {
  const manifests = hosted({ keepAlive: Duration.hours(1), contextLength: 16_384, logLevel: 'DEBUG' });
  expect(envOf(find(manifests, 'Deployment', 'modelapi-ollama'))).toMatchObject({
    OLLAMA_KEEP_ALIVE: '3600s',
    OLLAMA_CONTEXT_LENGTH: '16384',
    OLLAMA_DEBUG: '1',
  });
  const forever = hosted({
    keepAlive: 'forever',
    logLevel: 'TRACE',
    resources: { cpu: { request: Cpu.units(4) } },
  });
  expect(envOf(find(forever, 'Deployment', 'modelapi-ollama'))).toMatchObject({
    OLLAMA_KEEP_ALIVE: '-1',
    OLLAMA_DEBUG: '2',
  });
  expect(containerOf(forever).resources.requests.cpu).toBe('4');
});

test('it reaches the registries of its models, and reports to nobody', () => {
  const manifests = synth((scope) => {
    new TelemetryStack(scope, 'telemetry', { exporters: [OtlpExporter.signoz()] });
    const models = ['smollm2:135m', 'registry.tools.svc.cluster.local:5000/team/model'] as const;
    ModelAPI.hosted(scope, 'ollama', { models, egress: [Egress.toCidr('10.9.0.0/16', 443)] });
  });
  const { egress } = find(manifests, 'NetworkPolicy', 'modelapi-ollama').spec;
  expect(egress.flatMap(({ ports }: Manifest) => ports ?? []).map(({ port }: Manifest) => port)).toEqual([
    443, 53, 53,
  ]);
  expect(egress).toContainEqual({
    to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'tools' } } }],
  });
  expect(Object.keys(envOf(find(manifests, 'Deployment', 'modelapi-ollama'))).join()).not.toContain('OTEL');
});

test('agents reach it without a key', () => {
  const manifests = synth((scope) => {
    const modelAPI = ModelAPI.hosted(scope, 'ollama', { models: ['smollm2:135m'] });
    new Agent(scope, 'lead', { modelAPI, model: 'smollm2:135m' });
  });
  expect(envOf(find(manifests, 'Deployment', 'agent-lead'))).toMatchObject({
    MODEL_API_URL: 'http://modelapi-ollama.tests.svc.cluster.local:11434',
    MODEL_NAME: 'smollm2:135m',
  });
  expect(JSON.stringify(find(manifests, 'Deployment', 'agent-lead'))).not.toContain('MODEL_API_KEY');
  expect(ModelAPI.hosted(chart(), 'ollama', { models: ['a'] }).key).toBeUndefined();
});

test.each<[string, Partial<ModelAPIHostedProps>, string]>([
  ['no model is named', { models: [] }, 'models is empty; name at least one'],
  [
    'a model is a command',
    { models: ['a; rm -rf /'] },
    `models has "a; rm -rf /"; give Ollama's name of a model, such as smollm2:135m`,
  ],
  [
    'a model is a pattern',
    { models: ['*'] },
    `models has "*"; give Ollama's name of a model, such as smollm2:135m`,
  ],
  ['a model is named twice', { models: ['a', 'a'] }, 'models has "a" twice; name it once'],
  ['gpus is no count', { gpus: 0.5 }, 'gpus is 0.5; give a whole number, 1 or more'],
  ['contextLength is no count', { contextLength: 0 }, 'contextLength is 0; give a whole number, 1 or more'],
  [
    'gpuResource has no domain',
    { gpus: 1, gpuResource: 'gpu' },
    'gpuResource is "gpu"; give a resource such as amd.com/gpu',
  ],
  [
    'gpuResource is given alone',
    { gpuResource: 'amd.com/gpu' },
    'gpuResource is given without gpus; say how many',
  ],
  ['there is no time to pull', { pullTimeout: Duration.seconds(0) }, 'pullTimeout is 0 s; give 1 s or more'],
  [
    'there is half a second to pull',
    { pullTimeout: Duration.millis(1500) },
    'pullTimeout is 1500 ms; give whole seconds',
  ],
  [
    'keepAlive is not in seconds',
    { keepAlive: Duration.millis(1500) },
    'keepAlive is 1500 ms; give whole seconds',
  ],
  [
    'several pods would share a claim',
    { replicas: 2, storage: ModelStorage.persistentVolumeClaim({ size: Size.gibibytes(1) }) },
    '2 replicas share a claim that one pod can mount; leave it at 1, or store without a claim',
  ],
])('fails when %s', (_, props, problem) => {
  const build = (scope: Construct) => ModelAPI.hosted(scope, 'ollama', { models: ['smollm2'], ...props });
  expect(problemsOf(build)).toEqual([`[research/ollama] ${problem}`]);
});
