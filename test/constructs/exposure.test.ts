import { Secret } from 'cdk8s-plus-28';
import { type Construct } from 'constructs';
import { Agent, Exposure, ModelAPI } from '../../constructs';
import { find, problemsOf, synth } from '../support/synth';

function exposed(scope: Construct, expose: Exposure | undefined): Agent {
  const modelAPI = ModelAPI.proxy(scope, 'models', { models: ['gpt-4o'] });
  return new Agent(scope, 'front', { modelAPI, model: 'gpt-4o', expose });
}

test('an agent that is not exposed has no Ingress', () => {
  const manifests = synth((scope) => exposed(scope, undefined));
  expect(manifests.filter(({ kind }) => kind === 'Ingress')).toEqual([]);
});

test('an exposed agent has an Ingress of its name in front of its Service', () => {
  const manifests = synth((scope) => exposed(scope, Exposure.ingress({ host: 'front.example.com' })));
  expect(find(manifests, 'Ingress', 'agent-front').spec).toEqual({
    rules: [
      {
        host: 'front.example.com',
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
    exposed(scope, Exposure.ingress({ host: 'front.example.com', ingressClassName: 'nginx', tlsSecret }));
  });
  expect(find(manifests, 'Ingress', 'agent-front').spec).toMatchObject({
    ingressClassName: 'nginx',
    tls: [{ hosts: ['front.example.com'], secretName: 'front-tls' }],
  });
});

test.each(['', 'front', 'Front.example.com', 'http://front.example.com', 'front.example.com/chat'])(
  'fails when the host is "%s"',
  (host) => {
    expect(problemsOf((scope) => exposed(scope, Exposure.ingress({ host })))).toEqual([
      `[research/front] the host of expose is "${host}"; give a name such as research.example.com`,
    ]);
  },
);
