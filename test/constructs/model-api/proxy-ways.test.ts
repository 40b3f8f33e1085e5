import { ModelAPI } from '../../../constructs';
import { find, type Manifest, synth } from '../../support/synth';
import { configOf, egressOf, keyOf, toInternet, variablesOf } from './proxy-manifests';

test('one proxy has several providers, each with its key and its way through the firewall', () => {
  const manifests = synth((scope) => {
    const groq = keyOf(scope, 'groq');
    ModelAPI.proxy(scope, 'llm', {
      provider: 'openai',
      apiKey: keyOf(scope, 'openai'),
      models: [
        'gpt-4o',
        { name: 'llama', provider: 'groq', apiKey: groq },
        { name: 'fast/*', provider: 'groq', model: '*', apiKey: groq },
        { name: 'vllm', apiBase: 'http://vllm.models.svc.cluster.local:8000/v1' },
        { name: 'lab', apiBase: 'https://10.1.2.3:8443/v1' },
        { name: 'proxied', apiBase: 'https://llm.example:8443/v1' },
      ],
    });
  });
  expect(configOf(manifests).model_list.map((entry: Manifest) => entry.litellm_params)).toEqual([
    { model: 'openai/gpt-4o', api_key: 'os.environ/PROXY_API_KEY' },
    { model: 'groq/llama', api_key: 'os.environ/PROXY_API_KEY_GROQ_API_KEY' },
    { model: 'groq/*', api_key: 'os.environ/PROXY_API_KEY_GROQ_API_KEY' },
    { model: 'openai/vllm', api_base: 'http://vllm.models.svc.cluster.local:8000/v1' },
    { model: 'openai/lab', api_base: 'https://10.1.2.3:8443/v1' },
    { model: 'openai/proxied', api_base: 'https://llm.example:8443/v1' },
  ]);
  expect(variablesOf(manifests).slice(1, 3)).toEqual([
    { name: 'PROXY_API_KEY', valueFrom: { secretKeyRef: { name: 'openai', key: 'api-key' } } },
    { name: 'PROXY_API_KEY_GROQ_API_KEY', valueFrom: { secretKeyRef: { name: 'groq', key: 'api-key' } } },
  ]);
  const egress = egressOf(manifests);
  expect(egress).toHaveLength(4);
  expect(egress).toContainEqual(toInternet(443));
  expect(egress).toContainEqual({
    to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'models' } } }],
  });
  expect(egress).toContainEqual({
    to: [toInternet(8443).to[0], { ipBlock: { cidr: '10.1.2.3/32' } }],
    ports: [{ port: 8443, protocol: 'TCP' }],
  });
});

test('a proxy in front of a hosted model calls it, and nothing outside', () => {
  const manifests = synth((scope) => {
    const apiBase = ModelAPI.hosted(scope, 'ollama', { models: ['smollm2:135m'] });
    ModelAPI.proxy(scope, 'llm', { apiBase, models: [{ name: 'small', model: 'smollm2:135m' }] });
  });
  expect(configOf(manifests).model_list[0].litellm_params).toEqual({
    model: 'openai/smollm2:135m',
    api_base: 'os.environ/PROXY_API_BASE',
    api_key: 'none',
  });
  expect(variablesOf(manifests)).toContainEqual({
    name: 'PROXY_API_BASE',
    value: 'http://modelapi-ollama.tests.svc.cluster.local:11434/v1',
  });
  const [first, dns, ...rest] = egressOf(manifests);
  expect(first).toEqual({
    to: [{ podSelector: { matchLabels: { app: 'modelapi', modelapi: 'ollama' } } }],
    ports: [{ port: 11434, protocol: 'TCP' }],
  });
  expect(dns.ports[0].port).toBe(53);
  expect(rest).toEqual([]);
  expect(find(manifests, 'NetworkPolicy', 'modelapi-ollama').spec.ingress).toHaveLength(1);
});

test('a proxy shows the key that another one asks for', () => {
  const manifests = synth((scope) => {
    const apiBase = ModelAPI.proxy(scope, 'central', { models: ['gpt-4o'] });
    ModelAPI.proxy(scope, 'llm', { apiBase, models: ['gpt-4o'] });
  });
  expect(configOf(manifests).model_list[0].litellm_params.api_key).toBe('os.environ/PROXY_API_KEY');
  expect(variablesOf(manifests)).toContainEqual({
    name: 'PROXY_API_KEY',
    valueFrom: { secretKeyRef: { name: 'modelapi-central', key: 'master-key' } },
  });
});
