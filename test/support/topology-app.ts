import { ApiObject, App, Chart } from 'cdk8s';
import { Construct } from 'constructs';
import {
  AlertRules,
  ArgoApps,
  ArgoProject,
  Cluster,
  Dashboard,
  type GatewayReference,
  HttpGateway,
} from '../../constructs';
import { type Manifest } from './synth';
import { NAMES } from './topology-names';
import { TopologyParts } from './topology-parts';
import { type Place, type Topology } from './topology';

const SPECIAL_CLUSTER = {
  domain: 'k8s.example.com',
  imageRegistry: 'registry.example.com:5000/kaos',
  dns: { namespace: 'openshift-dns', podLabels: { app: 'dns' }, port: 5353, cidrs: ['169.254.20.10/32'] },
  apiServer: ['10.96.0.1/32'],
};

/** All objects of a topology's app. As synthesis makes them, but the app is validated once and not for each chart. */
export function manifestsOf(topology: Topology, order = 0): Manifest[] {
  const app = buildApp(topology, order);
  const all = app.node.findAll();
  const problems = all.flatMap(({ node }) => node.validate().map((problem) => `[${node.path}] ${problem}`));
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return all.flatMap((construct) => (ApiObject.isApiObject(construct) ? [construct.toJson()] : []));
}

/** As `manifestsOf`, but each topology is synthesized once: that takes longer than all that is asked of it. */
export function rememberedManifests(): (topology: Topology) => Manifest[] {
  const known = new Map<string, Manifest[]>();
  return (topology) => {
    const key = JSON.stringify(topology);
    const objects = known.get(key) ?? manifestsOf(topology);
    known.set(key, objects);
    return objects;
  };
}

/**
 * The app of a topology, by the public API alone.
 *
 * @param order in which its parts are declared: each number gives another, in which only what is referred to comes
 *   before what refers to it
 */
export function buildApp(topology: Topology, order = 0): App {
  const app = new App();
  if (topology.isSpecial) Cluster.configure(app, SPECIAL_CLUSTER);
  const gateway = gatewayOf(app, topology);
  const random = mulberry32(order);
  const scopes = new Map<string, Construct>();
  const charts = shuffled([...topology.charts.keys()], random).map((index) => {
    const chart = new Chart(app, NAMES.chart(index), { namespace: NAMES.chart(index) });
    scopes.set(key({ chart: index, inTeam: false }), chart);
    scopes.set(key({ chart: index, inTeam: true }), new Construct(chart, 'team'));
    return chart;
  });
  const scopeOf = (place: Place) => {
    const scope = scopes.get(key(place));
    if (!scope) throw new Error(`there is no chart ${place.chart}`);
    return scope;
  };
  const parts = new TopologyParts(topology, scopeOf, gateway);
  const deliveries = topology.isDelivered ? charts.map((chart) => () => addObservation(chart)) : [];
  shuffled([...parts.declarations, ...deliveries], random).forEach((declare) => declare());
  parts.closeCycles();
  if (topology.isDelivered) addDelivery(app, charts);
  return app;
}

/** Where routes attach: to a Gateway of the app, or to one that is there. */
function gatewayOf(app: App, { isDelivered }: Topology): GatewayReference {
  if (!isDelivered) return { name: 'public', namespace: 'edge' };
  const chart = new Chart(app, 'edge', { namespace: 'edge' });
  return new HttpGateway(chart, 'public', { gatewayClassName: 'envoy', routesFrom: 'All' });
}

function addObservation(chart: Chart): void {
  new AlertRules(chart, 'alerts');
  new Dashboard(chart, 'dashboard');
}

function addDelivery(app: App, charts: readonly Chart[]): void {
  const chart = new Chart(app, 'argocd', { namespace: 'argocd' });
  const project = new ArgoProject(chart, 'agents');
  const source = { repoURL: 'https://git.example.com/agents.git', targetRevision: 'main' };
  new ArgoApps(chart, 'apps', { ...source, charts, project, root: true });
}

function key({ chart, inTeam }: Place): string {
  return `${chart} ${inTeam}`;
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const rest = [...items];
  return items.map(() => rest.splice(Math.floor(random() * rest.length), 1)).flat();
}

/** Small generator of random numbers, the same for the same seed. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
