import { type App, Chart, Duration } from 'cdk8s';
import { Secret } from 'cdk8s-plus-28';
import { type Construct } from 'constructs';
import { Agent, Callers, Cluster, Exposure, ExternalSecret, HttpGateway, ModelAPI } from '../../constructs';
import { schemaErrors } from '../support/custom-resource';
import { envOf, find, synth, synthApp, validationError } from '../support/synth';

const store = { name: 'vault' };

test('it names its store and, for each key of the Secret, the entry there', () => {
  const manifests = synth((scope) => {
    new ExternalSecret(scope, 'llm-keys', {
      store: { name: 'vault', kind: 'ClusterSecretStore' },
      data: {
        openai: { key: 'prod/openai', property: 'api-key', version: '3' },
        anthropic: { key: 'prod/anthropic' },
      },
    });
  });
  const manifest = find(manifests, 'ExternalSecret', 'llm-keys');
  expect(manifest.apiVersion).toBe('external-secrets.io/v1');
  expect(manifest.metadata.labels).toEqual({
    'app.kubernetes.io/managed-by': 'cdk8s',
    'app.kubernetes.io/part-of': 'research',
  });
  expect(manifest.spec).toEqual({
    refreshInterval: '1h0m0s',
    secretStoreRef: { name: 'vault', kind: 'ClusterSecretStore' },
    target: { name: 'llm-keys', creationPolicy: 'Owner', deletionPolicy: 'Retain' },
    data: [
      { secretKey: 'anthropic', remoteRef: { key: 'prod/anthropic' } },
      { secretKey: 'openai', remoteRef: { key: 'prod/openai', property: 'api-key', version: '3' } },
    ],
  });
  expect(schemaErrors(manifest, 'external-secrets.io_externalsecrets')).toEqual([]);
});

test('its values are taken by every prop that is a secret', () => {
  const manifests = synth((scope) => {
    const keys = new ExternalSecret(scope, 'keys', {
      store,
      data: { openai: { key: 'openai' }, master: { key: 'master' } },
      secretName: 'llm',
      refreshInterval: Duration.minutes(5),
    });
    ModelAPI.proxy(scope, 'models', {
      models: ['gpt-4o'],
      apiKey: keys.value('openai'),
      masterKey: keys.value('master'),
    });
    // @ts-expect-error -- it has no such key
    keys.value('opena');
  });
  expect(find(manifests, 'ExternalSecret', 'keys').spec).toMatchObject({
    refreshInterval: '5m0s',
    target: { name: 'llm' },
  });
  const { env } = find(manifests, 'Deployment', 'modelapi-models').spec.template.spec.containers[0];
  expect(env).toContainEqual({
    name: 'PROXY_API_KEY',
    valueFrom: { secretKeyRef: { name: 'llm', key: 'openai' } },
  });
});

/** An agent in one namespace, whose gateway and sub-agent have keys from another. */
function acrossNamespaces(scope: App, copy: (scope: Construct) => ExternalSecret<'key'> | undefined): void {
  const data = { key: { key: 'llm' } };
  const models = new Chart(scope, 'models', { namespace: 'models' });
  const team = new Chart(scope, 'team', { namespace: 'team' });
  const keys = new ExternalSecret(models, 'keys', { store, data });
  const modelAPI = ModelAPI.proxy(models, 'llm', { models: ['gpt-4o'], masterKey: keys.value('key') });
  const helper = new Agent(models, 'helper', { modelAPI, model: 'gpt-4o', apiKeys: keys.value('key') });
  const own = copy(team)?.value('key');
  const lead = new Agent(team, 'lead', { modelAPI, model: 'gpt-4o', modelAPIKey: own });
  lead.addSubAgent(helper, { apiKey: own });
}

test('an agent in another namespace shows keys of its own', () => {
  const manifests = synthApp((app) =>
    acrossNamespaces(
      app,
      (scope) => new ExternalSecret(scope, 'copies', { store, data: { key: { key: 'llm' } } }),
    ),
  );
  const { volumes } = find(manifests, 'Deployment', 'agent-lead').spec.template.spec;
  expect(volumes).toContainEqual({
    name: 'secret-0',
    secret: { secretName: 'copies', items: [{ key: 'key', path: 'key' }] },
  });
  expect(envOf(find(manifests, 'Deployment', 'agent-lead'))).toMatchObject({
    MODEL_API_KEY_FILE: '/etc/kaos/secrets/copies/key',
    PEER_AGENT_HELPER_API_KEY_FILE: '/etc/kaos/secrets/copies/key',
  });
});

test('fails when a Secret that is made in one namespace is used in another', () => {
  const problem = (user: string) =>
    `[${user}] Secret "keys" is made by models/keys/secret in namespace "models", ` +
    'and used in namespace "team"; make one there too, and use that';
  expect(() => synthApp((app) => acrossNamespaces(app, () => undefined))).toThrow(
    validationError(problem('team/lead')),
  );
});

test('fails when a Secret is made for another cluster, for whatever uses it', () => {
  const build = () =>
    synthApp((app) => {
      const [dev, prod] = ['dev', 'prod'].map((name) => {
        const chart = new Chart(app, name, { namespace: 'agents' });
        Cluster.configure(chart, { name });
        return chart;
      });
      if (!dev || !prod) return;
      const made = new Secret(dev, 'made', { metadata: { name: 'made' } });
      const apiKey = { secret: made, key: 'key' };
      const expose = Exposure.ingress({
        host: 'a.example.com',
        callers: Callers.anywhere(),
        tlsSecret: made,
      });
      ModelAPI.proxy(prod, 'proxy', { models: ['openai/gpt-4o'], apiKey });
      ModelAPI.hosted(prod, 'hosted', { models: ['smollm2:135m'], imagePullSecrets: [made] });
      ModelAPI.proxy(prod, 'exposed', { models: ['openai/gpt-4o'], expose });
      new HttpGateway(prod, 'public', { gatewayClassName: 'envoy', certificates: [made] });
    });
  const problem =
    'Secret "made" is made by dev/made in namespace "agents" of cluster "dev", ' +
    'and used in namespace "agents" of cluster "prod"; make one there too, and use that';
  expect(build).toThrow(
    validationError(...['proxy', 'hosted', 'exposed', 'public'].map((id) => `[prod/${id}] ${problem}`)),
  );
});

test('fails when there is nothing to read', () => {
  const build = () => synth((scope) => new ExternalSecret(scope, 'keys', { store, data: {} }));
  expect(build).toThrow(validationError('[research/keys] data is empty; give at least one key'));
});

test('fails when a key, an entry or the interval cannot be', () => {
  const build = () =>
    synth((scope) => {
      new ExternalSecret(scope, 'keys', {
        store,
        data: { 'a b': { key: 'x' }, c: { key: '' } },
        refreshInterval: Duration.millis(1500),
      });
    });
  expect(build).toThrow(
    validationError(
      '[research/keys] data has the key "a b"; use letters, digits, "-", "_" and "."',
      '[research/keys] data.c.key is empty; name the entry in the store',
      '[research/keys] refreshInterval is 1500 ms; give whole seconds',
    ),
  );
});
