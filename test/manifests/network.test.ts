import * as fc from 'fast-check';
import { title } from '../support/objects';
import { Reachability, stranger } from '../support/reachability';
import { type Topology, topologies } from '../support/topology';
import { rememberedManifests } from '../support/topology-app';
import { collectorsOf, edgesOf } from '../support/topology-edges';

jest.setTimeout(300_000);

const METADATA = ['169.254.169.254', '169.254.170.2', '168.63.129.16', 'fd00:ec2::254'];
const API_SERVER = '10.96.0.1';
const PRIVATE = [API_SERVER, '172.16.0.1', '192.168.1.1', '10.244.9.9', '100.100.100.200'];
const PORTS = [80, 443, 4317, 6443, 8443, 11434];
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

/** For two hundred random apps, who reaches whom by their policies alone. */
function always(holds: (network: Reachability, topology: Topology) => void): void {
  const property = fc.property(topologies(), (topology) =>
    holds(new Reachability(objectsOf(topology)), topology),
  );
  fc.assert(property, { seed: 20_261_125, numRuns: 200 });
}

/** Collectors that look up pods. */
function askers(topology: Topology): string[] {
  return collectorsOf(topology)
    .filter(({ space }) => space.podReach !== undefined)
    .map(({ front }) => front);
}

const isGateway = (name: string) => name.includes('/modelapi-');
const isAgent = (name: string) => name.includes('/agent-');

test('pods reach each other just where the graph says so', () => {
  always((network, topology) => expect(network.ways()).toEqual(edgesOf(topology)));
});

test('no pod reaches the metadata service of a cloud', () => {
  always((network) => {
    for (const pod of network.pods) {
      for (const address of METADATA) {
        for (const port of PORTS) expect(network.canReach(pod, address, port)).toBe(false);
      }
    }
  });
});

test('private addresses are for those that ask the API of the cluster, which is at one of them', () => {
  always((network, topology) => {
    for (const pod of network.pods) {
      const asks = askers(topology).includes(title(pod.owner));
      for (const address of PRIVATE) {
        for (const port of PORTS) {
          const isApi = (port === 443 || port === 6443) && (!topology.isSpecial || address === API_SERVER);
          expect(network.canReach(pod, address, port)).toBe(asks && isApi);
        }
      }
    }
  });
});

test('the internet is for gateways, collectors and agents with peers out there, each where its own props say, and on that port alone', () => {
  always((network, topology) => {
    const reached = network.pods.flatMap((pod) =>
      PORTS.filter((port) => network.canReach(pod, PUBLIC, port)).map(
        (port) => `${title(pod.owner)}:${port}`,
      ),
    );
    const isElsewhere = (index: number) => topology.gateways[index]?.kind === 'elsewhere';
    const gateways = topology.gateways.flatMap(({ place, kind, behind }, index) => {
      const isFirst = behind === 'first';
      const isOut = kind === 'hosted' || behind === 'provider' || (isFirst && isElsewhere(0));
      const port = kind === 'proxy' && behind === 'other-provider' ? 8443 : 443;
      const isIn = kind === 'elsewhere' || !(isOut || port === 8443);
      return isIn ? [] : [`Deployment space-${place.chart}/modelapi-models-${index}:${port}`];
    });
    const agents = topology.agents.flatMap(({ place, gateway, callsOutside }, index) =>
      callsOutside || isElsewhere(gateway)
        ? [`Deployment space-${place.chart}/agent-worker-${index}:443`]
        : [],
    );
    const collectors = collectorsOf(topology)
      .filter(({ space }) => space.backend === 'elsewhere')
      .map(({ sender }) => `${sender}:4317`);
    // Unless it is known where the API is, it may be anywhere.
    const anywhere = topology.isSpecial
      ? []
      : askers(topology).flatMap((name) => [`${name}:443`, `${name}:6443`]);
    expect(reached.sort()).toEqual([...gateways, ...agents, ...collectors, ...anywhere].sort());
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
    const senders = collectorsOf(topology)
      .filter(({ space }) => space.backend === 'signoz')
      .map(({ sender }) => sender);
    for (const pod of network.pods) {
      const name = title(pod.owner);
      const index = Number(name.slice(-1));
      const gateway = isGateway(name) ? topology.gateways[index] : undefined;
      const proxy = gateway?.kind === 'proxy' ? gateway : undefined;
      const hasSessions = isAgent(name) && topology.agents[index]?.memory === 'redis';
      expect(network.canReach(pod, stranger('data'), 6379)).toBe(hasSessions || proxy?.hasRedis === true);
      expect(network.canReach(pod, stranger('models'), 11434)).toBe(proxy?.behind === 'service');
      expect(network.canReach(pod, stranger('signoz'), 4317)).toBe(senders.includes(name));
    }
  });
});

test('from outside come those who serve what is exposed, to that port, and whoever reads the metrics of collectors', () => {
  always((network, topology) => {
    for (const pod of network.pods) {
      const name = title(pod.owner);
      const index = Number(name.slice(-1));
      const lists = { agent: topology.agents, mcpserver: topology.servers, modelapi: topology.gateways };
      const [, kind = ''] = /\/([a-z]+)-/.exec(name) ?? [];
      const exposure = lists[kind as keyof typeof lists]?.[index]?.options.exposure;
      const isCollector = kind === 'otel';
      for (const port of [4317, 8000, 8888, 11434, 13133]) {
        const isServed = port === (isHosted(topology, kind, index) ? 11434 : 8000);
        const from = (namespace: string) => network.canReach(stranger(namespace), pod, port);
        expect(from('ingress-nginx')).toBe(exposure === 'ingress' && isServed);
        expect(from('edge')).toBe(exposure === 'gateway' && isServed);
        expect(from('monitoring')).toBe(isCollector && port === 8888);
      }
    }
  });
});

function isHosted({ gateways }: Topology, kind: string, index: number): boolean {
  return kind === 'modelapi' && gateways[index]?.kind === 'hosted';
}
