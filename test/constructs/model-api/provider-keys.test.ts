import { App, Chart } from 'cdk8s';
import { Secret, type SecretValue } from 'cdk8s-plus-28';
import { toEnvVars } from '../../../constructs/environment';
import { ProviderKeys } from '../../../constructs/model-api/provider-keys';

function keyOf(name: string, key: string): SecretValue {
  return { secret: Secret.fromSecretName(new Chart(new App(), 'keys'), 'secret', name), key };
}

test('the key of the proxy has a name of its own, all others that of their Secret', () => {
  const keys = new ProviderKeys(keyOf('openai', 'api-key'), [
    keyOf('groq.eu', 'token'),
    keyOf('anthropic', 'api-key'),
  ]);
  const reference = (name: string, key: string) => ({ secretKeyRef: { name, key } });
  expect(toEnvVars(keys.toEnv())).toEqual([
    { name: 'PROXY_API_KEY', valueFrom: reference('openai', 'api-key') },
    { name: 'PROXY_API_KEY_ANTHROPIC_API_KEY', valueFrom: reference('anthropic', 'api-key') },
    { name: 'PROXY_API_KEY_GROQ_EU_TOKEN', valueFrom: reference('groq.eu', 'token') },
  ]);
});

test('the same key of the same Secret has one variable', () => {
  const keys = new ProviderKeys(keyOf('openai', 'a'), [
    keyOf('openai', 'a'),
    keyOf('x', 'b'),
    keyOf('x', 'b'),
  ]);
  expect(Object.keys(keys.toEnv())).toEqual(['PROXY_API_KEY', 'PROXY_API_KEY_X_B']);
  expect(keys.variableOf(keyOf('openai', 'a'))).toBe('PROXY_API_KEY');
});

test('keys whose names would be the same are told apart, whatever their order', () => {
  const [first, second] = [keyOf('a-b', 'c'), keyOf('a', 'b-c')];
  const keys = new ProviderKeys(undefined, [first, second]);
  expect(keys.variableOf(first)).toMatch(/^PROXY_API_KEY_A_B_C_[0-9A-F]{8}$/);
  expect(keys.variableOf(first)).not.toBe(keys.variableOf(second));
  expect(new ProviderKeys(undefined, [second, first]).toEnv()).toEqual(keys.toEnv());
});
