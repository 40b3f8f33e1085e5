import { App, Chart, Duration, Testing } from 'cdk8s';
import { type Construct } from 'constructs';
import {
  Agent,
  Callers,
  Cluster,
  Exposure,
  type GatewayExposureProps,
  HttpGateway,
  MCPServer,
  ModelAPI,
  Tools,
} from '../../../constructs';
import { schemaErrors } from '../../support/custom-resource';
import { find, type Manifest, synth, synthApp, validationError } from '../../support/synth';

const gateway = { name: 'public', namespace: 'edge' };

function agent(scope: Construct, expose: Exposure): void {
  const modelAPI = ModelAPI.proxy(scope, 'models', { models: ['gpt-4o'] });
  new Agent(scope, 'front', { modelAPI, model: 'gpt-4o', expose });
}

function manifestsOf(props: Partial<GatewayExposureProps> = {}): Manifest[] {
  return synth((scope) => agent(scope, Exposure.gateway({ gateway, ...props })));
}

function route(props?: Partial<GatewayExposureProps>): Manifest {
  const manifest = find(manifestsOf(props), 'HTTPRoute', 'agent-front');
  expect(schemaErrors(manifest, 'gateway.networking.k8s.io_httproutes')).toEqual([]);
  return manifest;
}

test('without hostnames it is below the path of KAOS, which the agent does not see, and streams have no limit', () => {
  const { apiVersion, metadata, spec } = route();
  expect(apiVersion).toBe('gateway.networking.k8s.io/v1');
  expect(metadata.annotations).toBeUndefined();
  expect(spec).toEqual({
    parentRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'public', namespace: 'edge' }],
    rules: [
      {
        matches: [{ path: { type: 'PathPrefix', value: '/tests/agent/front' } }],
        filters: [
          {
            type: 'RequestHeaderModifier',
            requestHeaderModifier: { set: [{ name: 'x-forwarded-prefix', value: '/tests/agent/front' }] },
          },
          {
            type: 'URLRewrite',
            urlRewrite: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/' } },
          },
        ],
        backendRefs: [{ group: '', kind: 'Service', name: 'agent-front', port: 8000, weight: 1 }],
        timeouts: { request: '0s' },
      },
    ],
  });
});

test('a gateway to models and a tool server are below paths of their own', () => {
  const manifests = synth((scope) => {
    const expose = Exposure.gateway({ gateway });
    ModelAPI.proxy(scope, 'llm', { models: ['gpt-4o'], expose });
    ModelAPI.hosted(scope, 'ollama', { models: ['smollm2:135m'], expose });
    new MCPServer(scope, 'echo', { tools: Tools.fromModule('apps/tools/echo.ts'), expose });
  });
  const pathOf = (name: string) => find(manifests, 'HTTPRoute', name).spec.rules[0].matches[0].path.value;
  expect(pathOf('modelapi-llm')).toBe('/tests/modelapi/llm');
  expect(pathOf('modelapi-ollama')).toBe('/tests/modelapi/ollama');
  expect(find(manifests, 'HTTPRoute', 'modelapi-ollama').spec.rules[0].backendRefs[0].port).toBe(11434);
  expect(pathOf('mcpserver-echo')).toBe('/tests/mcp/echo');
});

test('a host name of its own needs no rewriting', () => {
  const { hostnames, rules } = route({ hostnames: ['support.example.com', '*.support.example.com'] }).spec;
  expect(hostnames).toEqual(['support.example.com', '*.support.example.com']);
  expect(rules[0].matches).toEqual([{ path: { type: 'PathPrefix', value: '/' } }]);
  expect(rules[0].filters).toBeUndefined();
});

test('a path is taken away from what the agent sees, with hostnames and without', () => {
  for (const hostnames of [undefined, ['support.example.com']]) {
    const [rule] = route({ hostnames, path: '/support/v1' }).spec.rules;
    expect(rule.matches[0].path.value).toBe('/support/v1');
    expect(rule.filters[1].urlRewrite.path.replacePrefixMatch).toBe('/');
  }
});

test('limits are stated as given', () => {
  const [rule] = route({ timeout: Duration.minutes(10), backendTimeout: Duration.seconds(90) }).spec.rules;
  expect(rule.timeouts).toEqual({ request: '10m', backendRequest: '1m30s' });
});

test('a route to an HttpGateway attaches to its encrypted listener', () => {
  const app = new App();
  const edge = new Chart(app, 'edge', { namespace: 'edge' });
  const chart = new Chart(app, 'research', { namespace: 'tests' });
  const https = new HttpGateway(edge, 'public', { gatewayClassName: 'envoy', routesFrom: 'All' });
  agent(chart, Exposure.gateway({ gateway: https }));
  const { spec } = find(Testing.synth(chart), 'HTTPRoute', 'agent-front');
  expect(spec.parentRefs).toEqual([
    {
      group: 'gateway.networking.k8s.io',
      kind: 'Gateway',
      name: 'public',
      namespace: 'edge',
      sectionName: 'http',
    },
  ]);
});

test.each([
  ["the Gateway's namespace", undefined, 'edge'],
  ['where its proxies are', Callers.inNamespace('envoy-gateway-system'), 'envoy-gateway-system'],
])('callers come from %s', (_, callers, namespace) => {
  expect(find(manifestsOf({ callers }), 'NetworkPolicy', 'agent-front').spec.ingress).toEqual([
    {
      from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } }],
      ports: [{ port: 8000, protocol: 'TCP' }],
    },
  ]);
});

test('fails when two are exposed at one address', () => {
  const build = () =>
    synth((scope) => {
      const expose = Exposure.gateway({ gateway, hostnames: ['a.example.com', 'b.example.com'] });
      ModelAPI.proxy(scope, 'b', { models: ['gpt-4o'], expose });
      ModelAPI.proxy(scope, 'a', { models: ['gpt-4o'], expose });
    });
  const clash = (host: string) =>
    `[<app>] Gateway edge/public (all listeners) at ${host}/ leads to research/a and research/b; ` +
    'give each a host name or path of its own';
  expect(build).toThrow(validationError(clash('a.example.com'), clash('b.example.com')));
});

test('two may share a host name by paths, and a path by host names', () => {
  const build = () =>
    synth((scope) => {
      const at = (id: string, host: string, path: string) =>
        ModelAPI.proxy(scope, id, {
          models: ['gpt-4o'],
          expose: Exposure.gateway({ gateway, hostnames: [host], path }),
        });
      at('a', 'a.example.com', '/a');
      at('b', 'a.example.com', '/b');
      at('c', 'b.example.com', '/a');
    });
  expect(build).not.toThrow();
});

test('two charts may have the same address, each in a cluster of its own', () => {
  const build = () =>
    synthApp((app) =>
      ['one', 'two'].forEach((id) =>
        agent(new Chart(app, id, { namespace: id }), Exposure.gateway({ gateway, path: '/support' })),
      ),
    );
  expect(build).not.toThrow();
});

test('fails when two charts are exposed at one address of the cluster that both are for', () => {
  const build = () =>
    synthApp((app) => {
      Cluster.configure(app, { name: 'prod' });
      ['one', 'two'].forEach((id) =>
        agent(new Chart(app, id, { namespace: id }), Exposure.gateway({ gateway, path: '/support' })),
      );
    });
  expect(build).toThrow(
    validationError(
      '[<app>] Gateway edge/public (all listeners) at any host/support leads to one/front and two/front; ' +
        'give each a host name or path of its own',
    ),
  );
});

test('fails when the HttpGateway would not take the route', () => {
  const build = () =>
    synthApp((app) => {
      const edge = new Chart(app, 'edge', { namespace: 'edge' });
      const own = new HttpGateway(edge, 'public', { gatewayClassName: 'envoy', hostname: '*.example.com' });
      const hostnames = ['a.example.com', '*.a.example.com', 'example.com', 'a.example.org'];
      const chart = new Chart(app, 'research', { namespace: 'tests' });
      agent(chart, Exposure.gateway({ gateway: own, hostnames }));
    });
  expect(build).toThrow(
    validationError(
      "[research/front] the Gateway edge/public takes routes of its own namespace alone; give it routesFrom: 'All'",
      '[research/front] the Gateway edge/public does not serve "example.com"; give a name of *.example.com',
      '[research/front] the Gateway edge/public does not serve "a.example.org"; give a name of *.example.com',
    ),
  );
});

test('fails when the default path has no namespace to begin with', () => {
  const build = () => synthApp((app) => agent(new Chart(app, 'research'), Exposure.gateway({ gateway })));
  expect(build).toThrow(
    validationError(
      '[research/front] the chart has no namespace, which the default path of expose begins with; ' +
        'give the chart a namespace, or expose a path or hostnames',
    ),
  );
});

test.each(['', 'support', '/support/', '//support', '/a/../b', '/a?b', '/a b', '/a:b'])(
  'fails when the path is "%s"',
  (path) => {
    expect(() => manifestsOf({ path })).toThrow(
      validationError(
        `[research/front] the path of expose is "${path}"; give one such as /support, without "/" at its end`,
      ),
    );
  },
);

test('fails when a hostname is none, and when one attempt may take longer than the request', () => {
  const build = () =>
    manifestsOf({
      hostnames: ['a.example.com', 'https://a.example.com'],
      timeout: Duration.seconds(30),
      backendTimeout: Duration.minutes(1),
    });
  expect(build).toThrow(
    validationError(
      '[research/front] a hostname of expose is "https://a.example.com"; give a name such as research.example.com',
      '[research/front] the backendTimeout of expose, 1m, is longer than its timeout; give at most 30s',
    ),
  );
});
