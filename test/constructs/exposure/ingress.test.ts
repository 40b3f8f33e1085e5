import { Secret } from 'cdk8s-plus-28';
import { type Construct } from 'constructs';
import { Agent, Callers, Exposure, type IngressExposureProps, ModelAPI } from '../../../constructs';
import { find, type Manifest, synth, validationError } from '../../support/synth';

const host = 'front.example.com';
const callers = Callers.inNamespace('ingress-nginx');

function exposed(scope: Construct, expose?: Exposure): void {
  const modelAPI = ModelAPI.proxy(scope, 'models', { models: ['gpt-4o'] });
  new Agent(scope, 'front', { modelAPI, model: 'gpt-4o', expose });
}

function ingress(props: Partial<IngressExposureProps> = {}): Manifest {
  const manifests = synth((scope) => exposed(scope, Exposure.ingress({ host, callers, ...props })));
  return find(manifests, 'Ingress', 'agent-front');
}

test('an agent that is not exposed has no Ingress, and nobody may call it', () => {
  const manifests = synth((scope) => exposed(scope));
  expect(manifests.filter(({ kind }) => kind === 'Ingress')).toEqual([]);
  expect(find(manifests, 'NetworkPolicy', 'agent-front').spec.ingress).toBeUndefined();
});

test('an exposed agent has an Ingress of its name in front of its Service', () => {
  const { metadata, spec } = ingress();
  expect(metadata.annotations).toBeUndefined();
  expect(spec).toEqual({
    rules: [
      {
        host,
        http: {
          paths: [
            {
              path: '/',
              pathType: 'Prefix',
              backend: { service: { name: 'agent-front', port: { name: 'http' } } },
            },
          ],
        },
      },
    ],
  });
});

test('class and certificate are stated when they are given', () => {
  const manifests = synth((scope) => {
    const tlsSecret = Secret.fromSecretName(scope, 'certificate', 'front-tls');
    exposed(scope, Exposure.ingress({ host, callers, ingressClassName: 'traefik', tlsSecret }));
  });
  expect(find(manifests, 'Ingress', 'agent-front').spec).toMatchObject({
    ingressClassName: 'traefik',
    tls: [{ hosts: [host], secretName: 'front-tls' }],
  });
});

test.each(['nginx', 'nginx-internal', 'public-nginx'])(
  'with the class %s streams pass ingress-nginx',
  (name) => {
    expect(ingress({ ingressClassName: name }).metadata.annotations).toEqual({
      'nginx.ingress.kubernetes.io/proxy-buffering': 'off',
      'nginx.ingress.kubernetes.io/proxy-read-timeout': '3600',
      'nginx.ingress.kubernetes.io/proxy-send-timeout': '3600',
    });
  },
);

test.each([undefined, 'traefik', 'engine-x'])(
  'with the class %s there are no annotations',
  (ingressClassName) => {
    expect(ingress({ ingressClassName }).metadata.annotations).toBeUndefined();
  },
);

test('annotations of the app win', () => {
  const annotations = { 'nginx.ingress.kubernetes.io/proxy-read-timeout': '60', 'example.com/a': 'b' };
  expect(ingress({ ingressClassName: 'nginx', annotations }).metadata.annotations).toEqual({
    'nginx.ingress.kubernetes.io/proxy-buffering': 'off',
    'nginx.ingress.kubernetes.io/proxy-read-timeout': '60',
    'nginx.ingress.kubernetes.io/proxy-send-timeout': '3600',
    'example.com/a': 'b',
  });
});

test('the controller may call the agent, and nobody else', () => {
  const manifests = synth((scope) => exposed(scope, Exposure.ingress({ host, callers })));
  expect(find(manifests, 'NetworkPolicy', 'agent-front').spec.ingress).toEqual([
    {
      from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'ingress-nginx' } } }],
      ports: [{ port: 8000, protocol: 'TCP' }],
    },
  ]);
});

test('where the addresses of the controller are not known, everybody may call it', () => {
  const manifests = synth((scope) => exposed(scope, Exposure.ingress({ host, callers: Callers.anywhere() })));
  expect(find(manifests, 'NetworkPolicy', 'agent-front').spec.ingress).toEqual([
    { ports: [{ port: 8000, protocol: 'TCP' }] },
  ]);
});

test('fails when two are exposed at one host', () => {
  const build = () =>
    synth((scope) => {
      const expose = Exposure.ingress({ host, callers, ingressClassName: 'nginx' });
      ModelAPI.proxy(scope, 'one', { models: ['gpt-4o'], expose });
      ModelAPI.proxy(scope, 'two', { models: ['gpt-4o'], expose });
    });
  expect(build).toThrow(
    validationError(
      '[<app>] nginx at front.example.com leads to research/one and research/two; ' +
        'give each a host name or path of its own',
    ),
  );
});

test.each(['', 'front', 'Front.example.com', 'http://front.example.com', 'front.example.com/chat'])(
  'fails when the host is "%s"',
  (wrong) => {
    expect(() => ingress({ host: wrong })).toThrow(
      validationError(
        `[research/front] the host of expose is "${wrong}"; give a name such as research.example.com`,
      ),
    );
  },
);
