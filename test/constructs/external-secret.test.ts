import { Duration } from 'cdk8s';
import { ExternalSecret, ModelAPI } from '../../constructs';
import { schemaErrors } from '../support/custom-resource';
import { find, synth, validationError } from '../support/synth';

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
