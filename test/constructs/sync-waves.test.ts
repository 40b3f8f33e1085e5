import { App, Chart, Size, Testing } from 'cdk8s';
import fc from 'fast-check';
import {
  Agent,
  ArgoApplication,
  Autoscaling,
  Callers,
  Exposure,
  Egress,
  ExternalSecret,
  HttpGateway,
  ModelAPI,
} from '../../constructs';
import { RUNTIME_IMAGE } from '../../constructs/images';
import { Registry } from '../../constructs/registry';
import { RUNTIME_PROCESS } from '../../constructs/workload/runtime-process';
import { Workload } from '../../constructs/workload/workload';
import { find, type Manifest } from '../support/synth';

/** What comes once all workloads of the chart are up. */
const LAST = ['HorizontalPodAutoscaler', 'HTTPRoute', 'Ingress', 'ScaledObject'];

/** A workload of a random graph: whom it calls, by their places before it, and what stands around it. */
interface Node {
  readonly calls: readonly number[];
  /** Edges that were declared as closing a cycle, to any place. */
  readonly closes: readonly number[];
  readonly scaler: 'cpu' | 'requests' | undefined;
  readonly way: 'gateway' | 'ingress' | undefined;
  readonly hasClaim: boolean;
}

const graphs = fc.integer({ min: 1, max: 8 }).chain((size) => {
  const places = [...Array(size).keys()];
  return fc.tuple(
    ...places.map((place): fc.Arbitrary<Node> =>
      fc.record({
        calls: fc.subarray(places.slice(0, place)),
        closes: fc.subarray(places),
        scaler: fc.constantFrom('cpu', 'requests', undefined),
        way: fc.constantFrom('gateway', 'ingress', undefined),
        hasClaim: fc.boolean(),
      }),
    ),
  );
});

const nameOf = (place: number): string => `w${place}`;

function manifestsOf(nodes: readonly Node[], syncWaves = true): Manifest[] {
  const app = new App();
  const chart = new Chart(app, 'team', { namespace: 'team' });
  const workloads = nodes.map((node, place) => workload(chart, nameOf(place), node));
  nodes.forEach(({ calls, closes }, place) => {
    const link = (to: number, closesCycle: boolean) => {
      const callee = workloads[to];
      if (callee) workloads[place]?.mayCall(callee, { closesCycle });
    };
    closes.forEach((to) => link(to, true));
    calls.forEach((to) => link(to, false));
  });
  const argocd = new Chart(app, 'argocd', { namespace: 'argocd' });
  const sync = { repoURL: 'https://git.example.com/agents.git', targetRevision: 'env/prod' };
  new ArgoApplication(argocd, 'team', { chart, syncWaves, ...sync });
  return Testing.synth(chart);
}

function workload(chart: Chart, name: string, { scaler, way, hasClaim }: Node): Workload {
  const created = new Workload(chart, name, {
    ...RUNTIME_PROCESS,
    kind: 'agent',
    name,
    container: 'agent',
    image: RUNTIME_IMAGE,
    config: { name: `agent-${name}-config`, mountPath: '/etc/config', data: () => ({ a: 'b' }) },
    env: () => ({ OTEL_SDK_DISABLED: 'false', OTEL_SERVICE_NAME: name, OTEL_RESOURCE_ATTRIBUTES: '' }),
    reporting: () => ({ to: Egress.toNamespace('monitoring'), port: 4317, signals: ['metrics'] }),
    persistence: hasClaim
      ? { name: 'data', mountPath: '/data', size: Size.gibibytes(1), claimName: `agent-${name}` }
      : undefined,
    options: { autoscaling: hasClaim ? undefined : autoscaling(scaler) },
  });
  exposure(way, name)?.addTo(chart, `${name}-exposure`, created, 'agent');
  return created;
}

function autoscaling(scaler: Node['scaler']): Autoscaling | undefined {
  if (scaler === 'cpu') return Autoscaling.cpu({ maxReplicas: 2 });
  const prometheusUrl = 'http://prometheus.example.com';
  return scaler && Autoscaling.requests({ maxReplicas: 2, requestsPerMinute: 10, prometheusUrl });
}

function exposure(way: Node['way'], name: string): Exposure | undefined {
  if (way === 'ingress')
    return Exposure.ingress({ host: `${name}.example.com`, callers: Callers.anywhere() });
  return way && Exposure.gateway({ gateway: { name: 'public', namespace: 'edge' } });
}

function wave({ metadata }: Manifest): number {
  return Number(metadata.annotations?.['argocd.argoproj.io/sync-wave']);
}

/** Objects of the workload at this place that make it up, from its ConfigMap to its claim. */
function partsOf(manifests: readonly Manifest[], place: number): Manifest[] {
  return manifests.filter(
    ({ kind, metadata }) => metadata.labels.agent === nameOf(place) && !LAST.includes(kind),
  );
}

test('each workload comes after all that it calls, and what needs it up comes last', () => {
  fc.assert(
    fc.property(graphs, (nodes) => {
      const manifests = manifestsOf(nodes);
      const waves = nodes.map((_, place) => wave(find(manifests, 'Deployment', `agent-${nameOf(place)}`)));
      nodes.forEach(({ calls, hasClaim }, place) => {
        const own = waves[place];
        calls.forEach((callee) => expect(waves[callee]).toBeLessThan(own ?? NaN));
        const parts = partsOf(manifests, place);
        expect(new Set(parts.map(wave))).toEqual(new Set([own]));
        // It waits for a pod to use it, so in an earlier wave it would never be healthy.
        expect(parts.some(({ kind }) => kind === 'PersistentVolumeClaim')).toBe(hasClaim);
      });
      const last = manifests.filter(({ kind }) => LAST.includes(kind));
      last.forEach((manifest) => expect(wave(manifest)).toBeGreaterThan(Math.max(...waves)));
    }),
    { numRuns: 50 },
  );
});

test('waves have no gaps, and edges that close a cycle do not count', () => {
  fc.assert(
    fc.property(graphs, (nodes) => {
      const wavesOf = (graph: readonly Node[]) =>
        manifestsOf(graph)
          .filter(({ kind }) => kind === 'Deployment')
          .map(wave);
      const waves = wavesOf(nodes);
      expect([...new Set(waves)].sort((a, b) => a - b)).toEqual([...Array(Math.max(...waves) + 1).keys()]);
      expect(wavesOf(nodes.map((node) => ({ ...node, closes: [] })))).toEqual(waves);
    }),
    { numRuns: 25 },
  );
});

test('without syncWaves nothing has a wave', () => {
  const node: Node = { calls: [], closes: [], scaler: 'cpu', way: 'gateway', hasClaim: false };
  const manifests = manifestsOf([node, { ...node, calls: [0] }], false);
  manifests.forEach(({ metadata }) => expect(metadata.annotations).toBeUndefined());
});

test('an agent that may delegate back comes before the one that it delegates back to', () => {
  const app = new App();
  const chart = new Chart(app, 'team', { namespace: 'team' });
  const modelAPI = ModelAPI.proxy(chart, 'models', { models: ['gpt-4o'] });
  const worker = new Agent(chart, 'worker', { modelAPI, model: 'gpt-4o' });
  const lead = new Agent(chart, 'lead', { modelAPI, model: 'gpt-4o', subAgents: [worker] });
  worker.addSubAgent(lead, { allowCycle: true });
  Registry.of(chart).waves.enable(chart);
  const waves = Testing.synth(chart)
    .filter(({ kind }) => kind === 'Deployment')
    .map((manifest) => [manifest.metadata.name, wave(manifest)]);
  expect(waves).toEqual([
    ['modelapi-models', 0],
    ['agent-worker', 1],
    ['agent-lead', 2],
  ]);
});

test('what workloads need comes before them', () => {
  const app = new App();
  const chart = new Chart(app, 'team', { namespace: 'team' });
  new ExternalSecret(chart, 'keys', { store: { name: 'vault' }, data: { key: { key: 'llm' } } });
  new HttpGateway(chart, 'public', { gatewayClassName: 'envoy' });
  expect(Testing.synth(chart).map(({ metadata }) => metadata.annotations)).toEqual([undefined, undefined]);
  const argocd = new Chart(app, 'argocd', { namespace: 'argocd' });
  const sync = { repoURL: 'https://git.example.com/agents.git', targetRevision: 'env/prod' };
  new ArgoApplication(argocd, 'team', { chart, ...sync });
  expect(Testing.synth(chart).map(wave)).toEqual([-1, -1]);
});
