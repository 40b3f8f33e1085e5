import { App, Chart } from 'cdk8s';
import { Secret } from 'cdk8s-plus-28';
import { HttpGateway, type HttpGatewayProps } from '../../../constructs';
import { schemaErrors } from '../../support/custom-resource';
import { find, type Manifest, NAMESPACE, synth, synthApp, validationError } from '../../support/synth';

function gateway(
  props: Omit<HttpGatewayProps, 'gatewayClassName' | 'certificates'>,
  ...certificates: string[]
): Manifest {
  const manifests = synth((scope) => {
    new HttpGateway(scope, 'public', {
      gatewayClassName: 'envoy',
      certificates: certificates.map((name) => Secret.fromSecretName(scope, name, name)),
      ...props,
    });
  });
  const manifest = find(manifests, 'Gateway', 'public');
  expect(schemaErrors(manifest, 'gateway.networking.k8s.io_gateways')).toEqual([]);
  return manifest;
}

test('without certificates it listens for HTTP, for routes of its own namespace', () => {
  expect(gateway({})).toEqual({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: {
      name: 'public',
      namespace: NAMESPACE,
      labels: { 'app.kubernetes.io/managed-by': 'cdk8s', 'app.kubernetes.io/part-of': 'research' },
    },
    spec: {
      gatewayClassName: 'envoy',
      listeners: [
        { name: 'http', port: 80, protocol: 'HTTP', allowedRoutes: { namespaces: { from: 'Same' } } },
      ],
    },
  });
});

test('with certificates it listens for HTTPS alone, and refers to them', () => {
  expect(gateway({ hostname: '*.example.com', routesFrom: 'All' }, 'tls').spec.listeners).toEqual([
    {
      name: 'https',
      port: 443,
      protocol: 'HTTPS',
      hostname: '*.example.com',
      tls: { mode: 'Terminate', certificateRefs: [{ group: '', kind: 'Secret', name: 'tls' }] },
      allowedRoutes: { namespaces: { from: 'All' } },
    },
  ]);
});

test('with certificates it listens for HTTP too when that is asked for, and sends everybody to HTTPS', () => {
  const { listeners } = gateway({ http: true }, 'tls').spec;
  expect(listeners.map(({ name }: Manifest) => name)).toEqual(['http', 'https']);
  const manifests = synth((scope) => {
    const certificates = [Secret.fromSecretName(scope, 'tls', 'tls')];
    new HttpGateway(scope, 'public', { gatewayClassName: 'envoy', certificates, http: true });
  });
  const redirect = find(manifests, 'HTTPRoute', 'public-redirect');
  expect(schemaErrors(redirect, 'gateway.networking.k8s.io_httproutes')).toEqual([]);
  expect(redirect.spec).toEqual({
    parentRefs: [
      {
        group: 'gateway.networking.k8s.io',
        kind: 'Gateway',
        name: 'public',
        namespace: NAMESPACE,
        sectionName: 'http',
      },
    ],
    rules: [
      {
        matches: [{ path: { type: 'PathPrefix', value: '/' } }],
        filters: [{ type: 'RequestRedirect', requestRedirect: { scheme: 'https', statusCode: 301 } }],
      },
    ],
  });
});

test('it is a reference to itself, by the encrypted listener when there is one', () => {
  const chart = new Chart(new App(), 'edge', { namespace: 'edge' });
  const tls = Secret.fromSecretName(chart, 'tls', 'tls');
  const plain = new HttpGateway(chart, 'plain', { gatewayClassName: 'envoy' });
  const both = new HttpGateway(chart, 'both', { gatewayClassName: 'envoy', http: true, certificates: [tls] });
  expect(plain).toMatchObject({ name: 'plain', namespace: 'edge', listener: 'http' });
  expect(both).toMatchObject({ name: 'both', namespace: 'edge', listener: 'https' });
});

test('fails when it listens to nothing, for no host, in no namespace', () => {
  const build = () =>
    synthApp((app) => {
      new HttpGateway(new Chart(app, 'edge'), 'public', {
        gatewayClassName: 'envoy',
        http: false,
        hostname: 'http://a.example.com',
      });
    });
  expect(build).toThrow(
    validationError(
      '[edge/public] the chart of a Gateway has no namespace; give the chart one',
      '[edge/public] hostname is "http://a.example.com"; give a name such as agents.example.com',
      '[edge/public] the Gateway listens to nothing; give it certificates, or leave http out',
    ),
  );
});
