import { Secret } from 'cdk8s-plus-28';
import { type Construct } from 'constructs';
import { Agent, Egress, ModelAPI, type ModelAPIFromUrlProps } from '../../../constructs';
import { chart, envOf, find, problemsOf, synth } from '../../support/synth';

test('a gateway of somebody else renders nothing, and agents reach it with its key', () => {
  expect(
    synth((scope) => ModelAPI.fromUrl(scope, 'llm', { url: 'https://llm.example', models: ['*'] })),
  ).toEqual([]);
  const manifests = synth((scope) => {
    const apiKey = { secret: Secret.fromSecretName(scope, 'key', 'llm'), key: 'api-key' };
    const modelAPI = ModelAPI.fromUrl(scope, 'llm', {
      url: 'https://llm.example:8443/v1',
      models: ['gpt-4o'],
      apiKey,
    });
    new Agent(scope, 'lead', { modelAPI, model: 'gpt-4o' });
  });
  expect(envOf(find(manifests, 'Deployment', 'agent-lead'))).toMatchObject({
    MODEL_API_URL: 'https://llm.example:8443',
  });
  expect(JSON.stringify(find(manifests, 'Deployment', 'agent-lead'))).toContain('MODEL_API_KEY_FILE');
  expect(find(manifests, 'NetworkPolicy', 'agent-lead').spec.egress).toContainEqual(
    expect.objectContaining({ ports: [{ port: 8443, protocol: 'TCP' }] }),
  );
});

test.each([
  ['https://llm.example', 'https://llm.example'],
  ['https://llm.example/', 'https://llm.example'],
  ['https://llm.example/v1/', 'https://llm.example'],
  ['https://llm.example/openai/v1', 'https://llm.example/openai'],
])('the address %s is kept as %s', (url, expected) => {
  expect(ModelAPI.fromUrl(chart(), 'llm', { url, models: ['*'] }).url).toBe(expected);
});

test('where it is for the firewall follows from the address, or is said', () => {
  const url = 'http://llm.models.svc.cluster.local:8000';
  const models = ['*'] as const;
  expect(ModelAPI.fromUrl(chart(), 'llm', { url, models }).endpoint).toEqual(Egress.toNamespace('models'));
  const egress = Egress.toCidr('10.0.0.0/8', 443);
  expect(ModelAPI.fromUrl(chart(), 'llm', { url, models, egress }).endpoint).toBe(egress);
});

test.each<[string, Partial<ModelAPIFromUrlProps>, string[]]>([
  ['url is no URL', { url: 'llm:80' }, ['url is "llm:80"; give an http or https URL']],
  ['no model is named', { models: [] }, ['models is empty; name at least one, or "*" for all']],
  ['a name is empty', { models: [''] }, ['models has an empty name; leave it out']],
  [
    'url holds a password',
    { url: 'https://me:secret@llm.example' },
    ['url holds what looks like a password in a URL; put it in a Secret and give a SecretValue'],
  ],
])('fails when %s', (_, props, problems) => {
  const build = (scope: Construct) =>
    ModelAPI.fromUrl(scope, 'llm', { url: 'https://llm.example', models: ['gpt-4o'], ...props });
  expect(problemsOf(build)).toEqual(problems.map((problem) => `[research/llm] ${problem}`));
});

test('fails once when url is no URL, however many agents call it', () => {
  const build = (scope: Construct) => {
    const modelAPI = ModelAPI.fromUrl(scope, 'llm', { url: 'nope', models: ['gpt-4o'] });
    ['a', 'b'].forEach((id) => new Agent(scope, id, { modelAPI, model: 'gpt-4o' }));
  };
  expect(problemsOf(build)).toEqual(['[research/llm] url is "nope"; give an http or https URL']);
});
