import * as fc from 'fast-check';
import { title } from '../support/objects';
import { Reachability, stranger } from '../support/reachability';
import { type Topology, topologies } from '../support/topology';
import { rememberedManifests } from '../support/topology-app';
import { edgesOf } from '../support/topology-edges';

jest.setTimeout(120_000);

const METADATA = ['169.254.169.254', '169.254.170.2', '168.63.129.16', '100.100.100.200', 'fd00:ec2::254'];
const PRIVATE = ['10.96.0.1', '172.16.0.1', '192.168.1.1', '10.244.9.9'];
const PUBLIC = '8.8.8.8';
const DNS = { port: 53, pod: stranger('kube-system', { 'k8s-app': 'kube-dns' }) };
const SPECIAL_DNS = { port: 5353, pod: stranger('openshift-dns', { app: 'dns' }) };
/** Somebody else's pods: in a namespace of their own, and in ours, with labels that are not ours. */
const STRANGERS = [
  stranger('elsewhere'),
  stranger('elsewhere', { app: 'agent' }),
  stranger('space-0', { app: 'web' }),
];

const objectsOf = rememberedManifests();

/** For three hundred random apps, who reaches whom by their policies alone. */
function always(holds: (network: Reachability, topology: Topology) => void): void {
  const property = fc.property(topologies(), (topology) =>
    holds(new Reachability(objectsOf(topology)), topology),
  );
  fc.assert(property, { seed: 20_261_125, numRuns: 300 });
}

const isGateway = (name: string) => name.includes('/modelapi-');
const isAgent = (name: string) => name.includes('/agent-');
const isCollector = (name: string) => name.includes('/otel-collector-');

test('pods reach each other just where the graph says so', () => {
  always((network, topology) => expect(network.ways()).toEqual(edgesOf(topology)));
});

test('no pod reaches the metadata service of a cloud, or private addresses', () => {
  always((network) => {
    for (const pod of network.pods) {
      for (const address of [...METADATA, ...PRIVATE]) {
        for (const port of [80, 443, 6443, 8443]) expect(network.canReach(pod, address, port)).toBe(false);
      }
    }
  });
});

test('the internet is for gateways, collectors and agents with peers out there, each where its own props say, and on that port alone', () => {
  always((network, topology) => {
    const reached = network.pods.flatMap((pod) =>
      [80, 443, 4317, 8443, 11434]
        .filter((port) => network.canReach(pod, PUBLIC, port))
        .map((port) => `${title(pod.owner)}:${port}`),
    );
    const isElsewhere = (index: number) => topology.gateways[index]?.kind === 'elsewhere';
    const gateways = topology.gateways.flatMap(({ place, kind, behind }, index) => {
      const isFirst = behind === 'first';
      const isOut = kind === 'hosted' || behind === 'provider' || (isFirst && isElsewhere(0));
      const port = kind === 'proxy' && behind === 'other-provider' ? 8443 : 443;
      const isIn = kind === 'elsewhere' || !(isOut || port === 8443);
      return isIn ? [] : [`Deployment space-${place.chart}/modelapi-models-${index}:${port}`];
    });
    const collectors = network.pods
      .map(({ owner }) => owner)
      .filter((owner) => isCollector(title(owner)))
      .filter(
        ({ metadata }) => topology.charts[Number(metadata.namespace.slice(-1))]?.backend === 'elsewhere',
      )
      .map((owner) => `${title(owner)}:4317`);
    const agents = topology.agents.flatMap(({ place, gateway, callsOutside }, index) =>
      callsOutside || isElsewhere(gateway)
        ? [`Deployment space-${place.chart}/agent-worker-${index}:443`]
        : [],
    );
    expect(reached.sort()).toEqual([...gateways, ...collectors, ...agents].sort());
  });
});

test('every pod may ask the DNS of the cluster, and nothing else of its pods', () => {
  always((network, { isSpecial }) => {
    const [dns, other] = isSpecial ? [SPECIAL_DNS, DNS] : [DNS, SPECIAL_DNS];
    for (const pod of network.pods) {
      for (const protocol of ['UDP', 'TCP']) {
        expect(network.canReach(pod, dns.pod, dns.port, protocol)).toBe(true);
        expect(network.canReach(pod, dns.pod, 8080, protocol)).toBe(false);
        expect(network.canReach(pod, stranger(dns.pod.namespace), dns.port, protocol)).toBe(false);
        expect(network.canReach(pod, other.pod, other.port, protocol)).toBe(false);
        expect(network.canReach(pod, '169.254.20.10', 53, protocol)).toBe(isSpecial);
      }
    }
  });
});

test('nobody else reaches a pod, and pods reach nobody else', () => {
  always((network) => {
    for (const pod of network.pods) {
      for (const port of [80, 4317, 8000, 8888, 13133]) {
        expect(STRANGERS.some((one) => network.canReach(one, pod, port))).toBe(false);
        expect(STRANGERS.some((one) => network.canReach(pod, one, port))).toBe(false);
        expect(network.canReach(PUBLIC, pod, port)).toBe(false);
      }
    }
  });
});

test('whoever wears the labels of a pod in another namespace is nobody', () => {
  always((network, { charts }) => {
    const namespaces = ['elsewhere', ...charts.map((_, index) => `space-${index}`)];
    for (const pod of network.pods) {
      for (const namespace of namespaces.filter((one) => one !== pod.namespace)) {
        const impostor = stranger(namespace, pod.labels);
        for (const port of [4317, 8000]) {
          expect(network.pods.some((one) => network.canReach(impostor, one, port))).toBe(false);
          expect(network.pods.some((one) => network.canReach(one, impostor, port))).toBe(false);
        }
      }
    }
  });
});

test('what is behind a Service of another namespace is reached by those that use it: models, backends, sessions', () => {
  always((network, topology) => {
    for (const { owner, ...pod } of network.pods) {
      const name = title(owner);
      const index = Number(name.slice(-1));
      const backend = topology.charts[Number(owner.metadata.namespace.slice(-1))]?.backend;
      const gateway = isGateway(name) ? topology.gateways[index] : undefined;
      const hasSessions = isAgent(name) && topology.agents[index]?.memory === 'redis';
      const isCounting = gateway?.kind === 'proxy' && gateway.hasRedis;
      expect(network.canReach({ owner, ...pod }, stranger('data'), 6379)).toBe(hasSessions || isCounting);
      const isBehind = gateway?.kind === 'proxy' && gateway.behind === 'service';
      expect(network.canReach({ owner, ...pod }, stranger('models'), 11434)).toBe(isBehind);
      expect(network.canReach({ owner, ...pod }, stranger('signoz'), 4317)).toBe(
        isCollector(name) && backend === 'signoz',
      );
    }
  });
});
