import { type Listening, postJson } from '../../../support/http';
import { startAgent } from '../../../support/in-process';
import { inTurn, says, type ScriptedModel, startScriptedModel } from '../../../support/scripted-model';
import { type SecretFile, secretFile } from '../../../support/secret-file';
import { only } from '../../../support/span-tree';
import { startTestTelemetry } from '../../../support/telemetry';

const telemetry = startTestTelemetry();
const QUESTION = { messages: [{ role: 'user', content: 'go' }] };
let model: ScriptedModel, agent: Listening, keys: SecretFile;

beforeAll(async () => {
  model = await startScriptedModel(inTurn(says('hi')));
  keys = secretFile('not-a-key\n');
  agent = await startAgent({
    name: 'lead',
    modelUrl: model.url,
    model: 'gpt-4o',
    apiKeys: ['of-the-variable'],
    apiKeysFile: keys.path,
  });
});
beforeEach(async () => {
  keys.write('not-a-key\n');
  await telemetry.reset();
});
afterAll(async () => {
  await Promise.all([agent.close(), model.close()]);
  await telemetry.close();
});

const REFUSED = {
  error: {
    message: 'show one of the agent\'s keys: "Authorization: Bearer <key>"',
    type: 'invalid_request_error',
    param: null,
    code: 'invalid_api_key',
  },
};

test.each<[why: string, headers: Record<string, string>]>([
  ['no key is shown', {}],
  ['another key is shown', { authorization: 'Bearer not-a-kez' }],
  ['half of the key is shown', { authorization: 'Bearer not-a' }],
  ['the key of the variable is shown, since the file wins', { authorization: 'Bearer of-the-variable' }],
  ['the scheme is another', { authorization: 'Basic not-a-key' }],
  ['nothing follows the scheme', { authorization: 'Bearer ' }],
])('fails when %s', async (_why, headers) => {
  const reply = await postJson(`${agent.url}/v1/chat/completions`, QUESTION, headers);
  expect([reply.status, reply.body]).toEqual([401, REFUSED]);
  expect(reply.headers.get('www-authenticate')).toBe('Bearer');
  expect([model.requests, telemetry.spans]).toEqual([[], []]);
});

test.each<[method: string, path: string]>([
  ['GET', '/memory/events'],
  ['GET', '/v1/models'],
  ['GET', '/memory/sessions'],
  ['DELETE', '/memory/sessions/a'],
  ['GET', '/v1/models'],
  ['GET', '/health/../memory/events'],
  ['GET', '/health%2f..%2fmemory/events'],
  ['GET', '//memory/events'],
])('fails without a key: %s %s', async (method, path) => {
  expect((await fetch(agent.url + path, { method })).status).toBe(401);
});

test.each([
  '/health',
  '/ready',
  '/.well-known/agent-card.json',
  '/.well-known/agent.json',
  '/.well-known/agent',
  '/health?a=b',
])('%s is for everybody', async (path) => {
  expect((await fetch(agent.url + path)).status).toBe(200);
});

test.each(['Bearer not-a-key', 'bearer not-a-key'])(
  '%s is let in, in the trace of its caller',
  async (key) => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const headers = { authorization: key, traceparent };
    expect((await postJson(`${agent.url}/v1/chat/completions`, QUESTION, headers)).status).toBe(200);
    const { traceId } = only(telemetry.spans, 'agent.agentic_loop').spanContext();
    expect(traceId).toBe('0af7651916cd43dd8448eb211c80319c');
  },
);

test('each of several keys is let in, and a new one as soon as the file has it', async () => {
  const withKey = (key: string) =>
    fetch(`${agent.url}/memory/sessions`, { headers: { authorization: `Bearer ${key}` } });
  keys.write('old,\nnew\n');
  const statuses = await Promise.all(
    ['old', 'new', 'not-a-key'].map(async (key) => (await withKey(key)).status),
  );
  expect(statuses).toEqual([200, 200, 401]);
});

test.each([
  ['missing', undefined],
  ['empty', '\n'],
])('nobody is let in while the file is %s, and the log says why', async (_why, text) => {
  if (text === undefined) keys.remove();
  else keys.write(text);
  const reply = await fetch(`${agent.url}/memory/sessions`, {
    headers: { authorization: 'Bearer not-a-key' },
  });
  expect([reply.status, await reply.json()]).toMatchObject([503, { error: { code: 'keys_unavailable' } }]);
  const [log] = telemetry.logs;
  expect(log).toMatchObject({
    severityText: 'ERROR',
    body: 'callers cannot be told apart, so none is let in',
  });
  expect(log?.attributes['exception.message']).toContain('AGENT_API_KEYS_FILE names a file');
  expect((await fetch(`${agent.url}/ready`)).status).toBe(503);
});
