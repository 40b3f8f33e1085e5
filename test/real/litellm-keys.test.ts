import { Secret } from 'cdk8s-plus-28';
import { parse, stringify } from 'yaml';
import { LiteLLMConfig, ModelAPI } from '../../constructs';
import { Ends } from '../support/ends';
import { type DeclaredGateway, gatewayIn, runGateway } from '../support/gateways';
import { type Listening, postJson } from '../support/http';
import { startAgent } from '../support/in-process';
import { type Program } from '../support/program';
import { describeWith } from '../support/real-parts';
import { says, type ScriptedModel, startScriptedModel } from '../support/scripted-model';
import { synth } from '../support/synth';

const KEY = ['sk', 'master-key-of-this-test'].join('-');
const WRONG_KEYS: readonly [what: string, headers: Readonly<Record<string, string>>][] = [
  ['another key', { authorization: `Bearer ${['sk', 'no-key-of-anybody'].join('-')}` }],
  ['a key that looks like none of LiteLLM', { authorization: 'Bearer no-key-of-anybody' }],
  ['all but the last letter of the key', { authorization: `Bearer ${KEY.slice(0, -1)}` }],
  ['the key and more', { authorization: `Bearer ${KEY}s` }],
  ['another key in a header of its own', { 'x-api-key': 'no-key-of-anybody' }],
  ['the key as a password', { authorization: `Basic ${Buffer.from(`a:${KEY}`).toString('base64')}` }],
  ['an empty key', { authorization: 'Bearer ' }],
  ['no key', {}],
];

/** Is asked for what it cannot do, after which LiteLLM leaves a model alone for a while. */
const OTHER = 'other';
const CHAT = { model: 'good', messages: [{ role: 'user', content: 'hello' }] };
const ROUTES: readonly [route: string, body?: object][] = [
  ['POST /v1/chat/completions', CHAT],
  ['POST /chat/completions', { ...CHAT, stream: true }],
  ['POST /v1/completions', { model: OTHER, prompt: 'hello' }],
  ['POST /v1/responses', { model: OTHER, input: 'hello' }],
  ['POST /v1/messages', { ...CHAT, model: OTHER, max_tokens: 5 }],
  ['POST /v1/embeddings', { model: OTHER, input: 'hello' }],
  ['GET /v1/models'],
  ['GET /model/info'],
  ['GET /health'],
  ['GET /user/info'],
  ['GET /global/spend'],
  ['GET /key/info'],
  ['POST /key/generate', {}],
  ['POST /model/delete', { id: 'good' }],
];

/** Asks with those headers, and settles with the status of the answer. */
async function ask(
  url: string,
  [route, body]: (typeof ROUTES)[number],
  headers: Readonly<Record<string, string>>,
) {
  const [method = '', path = ''] = route.split(' ');
  const sent = body ? { body: JSON.stringify(body) } : {};
  const reply = await fetch(url + path, {
    ...{ method, ...sent },
    headers: { 'content-type': 'application/json', ...headers },
  });
  return { status: reply.status, text: await reply.text() };
}

function declare(apiBase: string, config?: LiteLLMConfig): DeclaredGateway {
  const manifests = synth((scope) => {
    const apiKey = { secret: Secret.fromSecretName(scope, 'key', 'llm-api-key'), key: 'api-key' };
    const props = config ? { config } : ({ provider: 'openai', apiBase, apiKey, retries: 0 } as const);
    ModelAPI.proxy(scope, 'llm', { models: config ? ['good'] : ['good', OTHER], ...props });
  });
  return gatewayIn(manifests, (_secret, key) => (key === 'master-key' ? KEY : 'a-key-of-the-provider'));
}

describeWith(['LiteLLM'], 'who shows the real LiteLLM', () => {
  const ends = new Ends();
  afterAll(() => ends.meet());

  let model: ScriptedModel;
  let declared: DeclaredGateway;
  let gateway: { readonly program: Program; readonly url: string };
  beforeAll(async () => {
    model = await startScriptedModel(() => says('hello to you'));
    ends.add(() => model.close());
    declared = declare(`${model.url}/v1`);
    gateway = await runGateway(declared, ends);
  }, 60_000);

  const withKey = { authorization: `Bearer ${KEY}` };

  test.each(WRONG_KEYS)('%s gets 401 wherever it asks', async (_what, headers) => {
    const asked = model.requests.length;
    const statuses = await Promise.all(
      ROUTES.map(async (route) => [route[0], (await ask(gateway.url, route, headers)).status]),
    );
    expect(statuses).toEqual(ROUTES.map(([route]) => [route, 401]));
    expect(model.requests).toHaveLength(asked);
  });

  test('the wrong key is told so in the form that OpenAI has for it', async () => {
    const [[, headers]] = WRONG_KEYS as [(typeof WRONG_KEYS)[0]];
    const { text } = await ask(gateway.url, ['POST /v1/chat/completions', CHAT], headers);
    expect(JSON.parse(text)).toEqual({
      error: {
        message: 'Authentication Error, the API key is not known here',
        type: 'auth_error',
        param: 'None',
        code: '401',
      },
    });
  });

  test('the key gets what it would without our part in it', async () => {
    const { litellm_settings: settings, ...config } = parse(declared.config);
    const without = await runGateway(
      {
        config: stringify({ ...config, litellm_settings: { ...settings, callbacks: [] } }),
        env: declared.env,
      },
      ends,
    );
    const statusesAt = (url: string) =>
      Promise.all(ROUTES.map(async (route) => [route[0], (await ask(url, route, withKey)).status] as const));
    const statuses = await statusesAt(gateway.url);
    expect(statuses).toEqual(await statusesAt(without.url));
    expect(Object.fromEntries(statuses)).toMatchObject({
      'POST /v1/chat/completions': 200,
      'POST /chat/completions': 200,
      'GET /v1/models': 200,
    });
    // What LiteLLM says by itself; once that is no more, what we add can go.
    const [[, wrong]] = WRONG_KEYS as [(typeof WRONG_KEYS)[0]];
    expect(await ask(without.url, ['POST /v1/chat/completions', CHAT], wrong)).toMatchObject({ status: 400 });
  }, 60_000);

  test('the wrong key is an agent that answers 502, for its clients are not to blame', async () => {
    const agents: Listening[] = [];
    const askAgent = async (modelApiKey: string) => {
      const agent = await startAgent({ name: 'lead', modelUrl: gateway.url, model: 'good', modelApiKey });
      agents.push(agent);
      const { status, body } = await postJson(`${agent.url}/v1/chat/completions`, CHAT);
      return [status, body.error?.message];
    };
    try {
      expect(await askAgent('no-key-of-anybody')).toEqual([502, 'the model gateway answered 401']);
      expect(await askAgent(KEY)).toEqual([200, undefined]);
    } finally {
      await Promise.all(agents.map((agent) => agent.close()));
    }
  });

  test('nothing is answered that it is alive', async () => {
    for (const route of ['GET /health/liveliness', 'GET /health/readiness'])
      expect(await ask(gateway.url, [route], {})).toMatchObject({ status: 200 });
  });

  test('any key finds it in no line of its log', () => {
    for (const secret of [KEY, 'no-key-of-anybody']) expect(gateway.program.said).not.toContain(secret);
  });

  test('keys of a configuration of its own is let in or refused by that alone', async () => {
    const own = LiteLLMConfig.fromObject({
      model_list: [
        { model_name: 'good', litellm_params: { model: 'openai/good', api_base: `${model.url}/v1` } },
      ],
      general_settings: { custom_auth: 'own_auth.check' },
    });
    const { modules, env, config } = declare(`${model.url}/v1`, own);
    const beside = { ...modules, 'own_auth.py': OWN_AUTH };
    const provider = { OPENAI_API_KEY: 'a-key-of-the-provider' };
    const { url } = await runGateway({ config, modules: beside, env: { ...env, ...provider } }, ends);
    const statusOf = async (key: string) =>
      (await ask(url, ['POST /v1/chat/completions', CHAT], { authorization: `Bearer ${key}` })).status;
    expect([await statusOf('key-of-its-own'), await statusOf('another'), await statusOf(KEY)]).toEqual([
      ...[200, 418, 418],
    ]);
  }, 60_000);
});

const OWN_AUTH = `
from fastapi import HTTPException
from litellm.proxy._types import UserAPIKeyAuth

async def check(request, api_key):
    if api_key != "key-of-its-own":
        raise HTTPException(418, "no key of mine")
    return UserAPIKeyAuth(api_key=api_key)
`;
