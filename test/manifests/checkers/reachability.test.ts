import { type Party, Reachability, stranger } from '../../support/reachability';
import { type Manifest } from '../../support/synth';
import { object } from './defects';

const METADATA = '169.254.169.254';
const INTERNET = '8.8.8.8';

function pod(name: string, namespace = 'tests', labels: Record<string, string> = {}): Manifest {
  return {
    kind: 'Pod',
    metadata: { name, namespace, labels: { app: name, ...labels } },
    spec: {
      containers: [
        {
          name: 'main',
          ports: [
            { name: 'http', containerPort: 8000 },
            { name: 'metrics', containerPort: 9000 },
            { name: 'dns', containerPort: 53, protocol: 'UDP' },
          ],
        },
      ],
    },
  };
}

const a = pod('a');
const b = pod('b');
const c = pod('c', 'elsewhere');
const namespace = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'elsewhere', labels: { team: 'x' } },
};

let count = 0;
/** A policy of namespace `tests`, for the pods of an app or for all. */
function policy(app: string | undefined, spec: Manifest): Manifest {
  const podSelector = app === undefined ? {} : { matchLabels: { app } };
  return object(
    'networking.k8s.io/v1',
    'NetworkPolicy',
    { spec: { podSelector, ...spec } },
    `p${(count += 1)}`,
  );
}

const app = (name: string) => ({ podSelector: { matchLabels: { app: name } } });
const inNamespace = (labels: Record<string, string>) => ({ namespaceSelector: { matchLabels: labels } });
const denyAll = policy(undefined, { policyTypes: ['Ingress', 'Egress'] });

function reach(
  policies: readonly Manifest[],
  from: Manifest,
  to: Manifest,
  port = 8000,
  protocol = 'TCP',
): boolean {
  const network = new Reachability([a, b, c, namespace, ...policies]);
  const party = (one: Manifest): Party =>
    typeof one === 'string' ? one : (network.pods.find(({ owner }) => owner === one) ?? one);
  return network.canReach(party(from), party(to), port, protocol);
}

test('without a policy everybody reaches everybody and everything', () => {
  expect(reach([], a, c)).toBe(true);
  expect(reach([], a, METADATA, 80)).toBe(true);
  expect(reach([], INTERNET, a)).toBe(true);
});

test('a policy of no rules for all pods of a namespace lets nothing in or out of it', () => {
  expect(reach([denyAll], a, b)).toBe(false);
  expect(reach([denyAll], a, INTERNET, 443)).toBe(false);
  expect(reach([denyAll], c, a)).toBe(false);
  expect(reach([denyAll], c, INTERNET)).toBe(true);
});

test('a policy speaks of the directions of its policyTypes alone', () => {
  expect(reach([policy('b', { policyTypes: ['Egress'] })], a, b)).toBe(true);
  expect(reach([policy('b', { policyTypes: ['Egress'] })], b, a)).toBe(false);
  expect(reach([policy('b', { policyTypes: ['Ingress'] })], b, a)).toBe(true);
});

test('without policyTypes it is about ingress, and about egress when it has rules on that', () => {
  expect(reach([policy('b', {})], a, b)).toBe(false);
  expect(reach([policy('b', {})], b, a)).toBe(true);
  expect(reach([policy('b', { egress: [{ to: [app('c')] }] })], b, a)).toBe(false);
});

test('both ends must allow it', () => {
  const out = policy('a', { policyTypes: ['Egress'], egress: [{ to: [app('b')] }] });
  const into = policy('b', { policyTypes: ['Ingress'], ingress: [{ from: [app('a')] }] });
  expect(reach([denyAll, out, into], a, b)).toBe(true);
  expect(reach([denyAll, out], a, b)).toBe(false);
  expect(reach([denyAll, into], a, b)).toBe(false);
  expect(reach([denyAll, out, into], b, a)).toBe(false);
});

test('policies add up', () => {
  const one = policy('b', { ingress: [{ from: [app('c')] }] });
  const two = policy('b', { ingress: [{ from: [app('a')] }] });
  expect(reach([one], a, b)).toBe(false);
  expect(reach([one, two], a, b)).toBe(true);
});

test('ports are those of the pod, by number, range or name, and of one protocol', () => {
  const allow = (...ports: Manifest[]) => [policy('b', { ingress: [{ from: [app('a')], ports }] })];
  expect(reach(allow({ port: 8000 }), a, b, 8000)).toBe(true);
  expect(reach(allow({ port: 8000 }), a, b, 9000)).toBe(false);
  expect(reach(allow({ port: 8000 }), a, b, 8000, 'UDP')).toBe(false);
  expect(reach(allow({ port: 8000, endPort: 9000 }), a, b, 9000)).toBe(true);
  expect(reach(allow({ port: 8000, endPort: 9000 }), a, b, 9001)).toBe(false);
  expect(reach(allow({ port: 'metrics' }), a, b, 9000)).toBe(true);
  expect(reach(allow({ port: 'metrics' }), a, b, 8000)).toBe(false);
  expect(reach(allow({ port: 'dns', protocol: 'UDP' }), a, b, 53, 'UDP')).toBe(true);
  expect(reach(allow({ protocol: 'UDP' }), a, b, 1, 'UDP')).toBe(true);
  expect(reach(allow({ port: 1 }, { port: 8000 }), a, b, 8000)).toBe(true);
  expect(reach([policy('b', { ingress: [{ from: [app('a')] }] })], a, b, 1)).toBe(true);
});

test('a rule without peers means everybody, one without ports every port', () => {
  const anywhere = policy('b', { ingress: [{ ports: [{ port: 8000 }] }] });
  expect(reach([anywhere], INTERNET, b)).toBe(true);
  expect(reach([anywhere], c, b)).toBe(true);
  expect(reach([anywhere], c, b, 9000)).toBe(false);
  expect(reach([policy('b', { ingress: [{}] })], c, b, 9000)).toBe(true);
});

test('a pod selector picks pods of the same namespace', () => {
  expect(reach([policy('b', { ingress: [{ from: [app('c')] }] })], c, b)).toBe(false);
  expect(reach([policy('b', { ingress: [{ from: [{ podSelector: {} }] }] })], a, b)).toBe(true);
});

test('a namespace selector picks by the name that every namespace has, or by its labels', () => {
  const byName = inNamespace({ 'kubernetes.io/metadata.name': 'elsewhere' });
  expect(reach([policy('b', { ingress: [{ from: [byName] }] })], c, b)).toBe(true);
  expect(reach([policy('b', { ingress: [{ from: [byName] }] })], a, b)).toBe(false);
  expect(reach([policy('b', { ingress: [{ from: [inNamespace({ team: 'x' })] }] })], c, b)).toBe(true);
  expect(reach([policy('b', { ingress: [{ from: [inNamespace({ team: 'y' })] }] })], c, b)).toBe(false);
  expect(reach([policy('b', { ingress: [{ from: [{ namespaceSelector: {} }] }] })], c, b)).toBe(true);
});

test('both selectors in one peer must agree, in two peers one is enough', () => {
  const byName = inNamespace({ 'kubernetes.io/metadata.name': 'elsewhere' });
  expect(reach([policy('b', { ingress: [{ from: [{ ...byName, ...app('c') }] }] })], c, b)).toBe(true);
  expect(reach([policy('b', { ingress: [{ from: [{ ...byName, ...app('d') }] }] })], c, b)).toBe(false);
  expect(reach([policy('b', { ingress: [{ from: [byName, app('d')] }] })], c, b)).toBe(true);
});

test('expressions select too', () => {
  const from = (operator: string, values?: string[]) => [
    policy('b', {
      ingress: [{ from: [{ podSelector: { matchExpressions: [{ key: 'app', operator, values }] } }] }],
    }),
  ];
  expect(reach(from('In', ['a', 'z']), a, b)).toBe(true);
  expect(reach(from('NotIn', ['a']), a, b)).toBe(false);
  expect(reach(from('Exists'), a, b)).toBe(true);
  expect(reach(from('DoesNotExist'), a, b)).toBe(false);
});

test('a block of addresses has exceptions, and opens to the pods whose addresses are in it', () => {
  const block = (cidr: string, ...except: string[]) => [
    policy('a', { egress: [{ to: [{ ipBlock: { cidr, except } }] }] }),
  ];
  expect(reach(block('0.0.0.0/0', '169.254.0.0/16'), a, INTERNET, 443)).toBe(true);
  expect(reach(block('0.0.0.0/0', '169.254.0.0/16'), a, METADATA, 80)).toBe(false);
  expect(reach(block('0.0.0.0/0', '169.254.0.0/16'), a, b)).toBe(true);
  expect(reach(block('0.0.0.0/0', '10.0.0.0/8'), a, b)).toBe(false);
  expect(reach(block('::/0', 'fc00::/7'), a, '2001:4860:4860::8888', 443)).toBe(true);
  expect(reach(block('::/0', 'fc00::/7'), a, 'fd00:ec2::254', 80)).toBe(false);
  expect(reach(block('::/0'), a, INTERNET, 443)).toBe(false);
});

test('pods that are not among the objects can be asked about', () => {
  const dns = policy('a', {
    egress: [
      {
        to: [
          {
            ...inNamespace({ 'kubernetes.io/metadata.name': 'kube-system' }),
            podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
          },
        ],
        ports: [{ port: 53, protocol: 'UDP' }],
      },
    ],
  });
  expect(reach([dns], a, stranger('kube-system', { 'k8s-app': 'kube-dns' }), 53, 'UDP')).toBe(true);
  expect(reach([dns], a, stranger('kube-system', { 'k8s-app': 'kube-dns' }), 53)).toBe(false);
  expect(reach([dns], a, stranger('kube-system'), 53, 'UDP')).toBe(false);
});

test('all ways between the pods can be listed', () => {
  const policies = [
    denyAll,
    policy('a', { policyTypes: ['Egress'], egress: [{ to: [app('b')], ports: [{ port: 'http' }] }] }),
    policy('b', { ingress: [{ from: [app('a')], ports: [{ port: 8000 }, { port: 9000 }] }] }),
  ];
  expect(new Reachability([a, b, ...policies]).ways()).toEqual(['Pod tests/a -> Pod tests/b:8000']);
});
