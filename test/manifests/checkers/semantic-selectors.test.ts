import { container, D, deployment, N, object, policy, S, seeDefects, service } from './defects';
import { broken, withMore } from './healthy';

describe('selectors', () =>
  seeDefects([
    [
      'a selector that misses its own pods',
      deployment(({ spec }) => (spec.selector.matchLabels.version = '2')),
      `${D}its selector does not pick its own pods`,
    ],
    [
      "a selector that picks another's pods",
      deployment(({ spec }) => (spec.selector = { matchExpressions: [{ key: 'app', operator: 'Exists' }] })),
      `${D}its selector picks the pods of Deployment tests/callee too`,
    ],
    [
      'a selector without anything',
      deployment(({ spec }) => (spec.selector = {})),
      `${D}its selector is empty`,
    ],
    [
      'a Service for nobody',
      service((spec) => (spec.selector = { app: 'nobody' })),
      `${S}its selector picks no pod`,
    ],
    ['a Service without a selector', service((spec) => delete spec.selector), `${S}it selects nothing`],
    [
      'a Service for two',
      broken('Deployment', ({ spec }) => (spec.template.metadata.labels.team = 'a')).map((one) => {
        if (one.kind === 'Deployment') one.spec.template.metadata.labels.team = 'a';
        if (one.kind === 'Service' && one.metadata.name === 'caller') one.spec.selector = { team: 'a' };
        return one;
      }),
      `${S}its selector picks the pods of Deployment tests/caller and Deployment tests/callee`,
    ],
    [
      'a disruption budget for nobody',
      withMore(
        object('policy/v1', 'PodDisruptionBudget', {
          spec: { maxUnavailable: 1, selector: { matchLabels: { app: 'a' } } },
        }),
      ),
      'PodDisruptionBudget tests/caller: its selector picks no pod',
    ],
    [
      'pods that two budgets count',
      withMore(
        ...['a', 'b'].map((name) =>
          object(
            'policy/v1',
            'PodDisruptionBudget',
            { spec: { maxUnavailable: 1, selector: { matchLabels: { app: 'caller' } } } },
            name,
          ),
        ),
      ),
      `${D}2 disruption budgets count its pods`,
    ],
    [
      'a policy for nobody',
      policy((spec) => (spec.podSelector.matchLabels.app = 'nobody')),
      `${N}its selector picks no pod`,
    ],
  ]));

describe('ports', () =>
  seeDefects([
    [
      'a port that there cannot be',
      service(({ ports: [port] }) => (port.port = 99999)),
      `${S}there is no port 99999 (ports.0.port)`,
    ],
    [
      'port 0',
      policy(({ egress: [rule] }) => (rule.ports[0].port = 0)),
      `${N}there is no port 0 (egress.0.ports.0.port)`,
    ],
    [
      'a Service that calls a port nobody has',
      service(({ ports: [port] }) => (port.targetPort = 'web')),
      `${S}no container of Deployment tests/caller has the port web`,
    ],
    [
      'a Service that calls the number of no port, for want of a target',
      service(({ ports: [port] }) => delete port.targetPort),
      `${S}no container of Deployment tests/caller has the port 80`,
    ],
    [
      'a Service that calls by another protocol',
      service(({ ports: [port] }) => (port.protocol = 'UDP')),
      `${S}no container of Deployment tests/caller has the port http`,
    ],
    [
      'ports of a Service without names',
      service((spec) => (spec.ports = [80, 81].map((port) => ({ port, protocol: 'TCP', targetPort: 8000 })))),
      `${S}of several ports each must have a name`,
      `${S}two ports are called ""`,
    ],
    [
      'a port of a Service stated twice',
      service((spec) => spec.ports.push({ ...spec.ports[0], name: 'web' })),
      `${S}port 80/TCP is stated twice`,
    ],
    [
      'a probe of a port that there is not',
      container(({ livenessProbe }) => (livenessProbe.httpGet.port = 'web')),
      `${D}the livenessProbe of main asks a port that the container does not have, web`,
    ],
    [
      'a hook that calls a port that there is not',
      container((one) => (one.lifecycle = { preStop: { httpGet: { path: '/', port: 9 } } })),
      `${D}the preStop of main asks a port that the container does not have, 9`,
    ],
    [
      'an Ingress to a port that there is not',
      withMore(
        object('networking.k8s.io/v1', 'Ingress', {
          spec: {
            rules: [
              { http: { paths: [{ backend: { service: { name: 'caller', port: { name: 'web' } } } }] } },
            ],
          },
        }),
      ),
      'Ingress tests/caller: Service caller has no port web',
    ],
    [
      'a route to a port that there is not, and to a Service that there is not',
      withMore(
        object('gateway.networking.k8s.io/v1', 'HTTPRoute', {
          spec: {
            rules: [
              {
                backendRefs: [
                  { name: 'caller', port: 81 },
                  { name: 'nobody', port: 80 },
                ],
              },
            ],
          },
        }),
      ),
      'HTTPRoute tests/caller: Service caller has no port 81',
      'HTTPRoute tests/caller: there is no Service tests/nobody',
    ],
  ]));
