import { getJson, type Listening, nextMillisecond, postJson } from '../../../support/http';
import { startAgent } from '../../../support/in-process';
import { inTurn, says, type ScriptedModel, startScriptedModel } from '../../../support/scripted-model';
import { startTestTelemetry } from '../../../support/telemetry';

const telemetry = startTestTelemetry();
let model: ScriptedModel, agent: Listening;

/** Two sessions that take turns, two events for each turn. */
beforeAll(async () => {
  model = await startScriptedModel(inTurn(says('hi')));
  agent = await startAgent({ name: 'lead', modelUrl: model.url, model: 'gpt-4o' });
  for (const [session_id, content] of [
    ['a', 'one'],
    ['b', 'two'],
    ['a', 'three'],
  ]) {
    const body = { session_id, messages: [{ role: 'user', content }] };
    await postJson(`${agent.url}/v1/chat/completions`, body);
    await nextMillisecond();
  }
});
afterAll(async () => {
  await Promise.all([agent.close(), model.close()]);
  await telemetry.close();
});

test.each([
  ['', ['one', 'hi', 'two', 'hi', 'three', 'hi'], 6],
  ['?limit=3', ['hi', 'three', 'hi'], 6],
  ['?limit=1', ['hi'], 6],
  ['?limit=99999', ['one', 'hi', 'two', 'hi', 'three', 'hi'], 6],
  ['?session_id=a', ['one', 'hi', 'three', 'hi'], 4],
  ['?session_id=a&limit=2', ['three', 'hi'], 4],
  ['?session_id=unknown', [], 0],
])('events%s are the last, in the order of time', async (query, contents, total) => {
  const { status, body } = await getJson(`${agent.url}/memory/events${query}`);
  expect([status, body.agent, body.total]).toEqual([200, 'lead', total]);
  expect(body.events.map(({ content }: { content: string }) => content)).toEqual(contents);
});

test.each([
  ['limit=0', 'limit: must be a whole number, 1 or more'],
  ['limit=-1', 'limit: must be a whole number, 1 or more'],
  ['limit=many', 'limit: must be a whole number, 1 or more'],
  ['limit=1&limit=2', 'limit: must be a whole number, 1 or more'],
  ['session_id=a%2Fb', 'session_id: must be 1 to 128 letters, digits, ".", ":", "-" or "_"'],
])('fails when the query is %s', async (query, message) => {
  const { status, body } = await getJson(`${agent.url}/memory/events?${query}`);
  expect([status, body.error.message, body.error.code]).toEqual([400, message, 'invalid_request']);
});

test('sessions are listed, and one that was deleted is gone', async () => {
  const sessions = () => getJson(`${agent.url}/memory/sessions`).then(({ body }) => body);
  expect(await sessions()).toEqual({ agent: 'lead', sessions: ['a', 'b'], total: 2 });
  const forget = () => fetch(`${agent.url}/memory/sessions/a`, { method: 'DELETE' });
  const [first, second] = [await forget(), await forget()];
  expect([first.status, await first.text()]).toEqual([204, '']);
  const error = {
    message: 'there is no session of that id',
    type: 'invalid_request_error',
    param: null,
    code: 'not_found',
  };
  expect([second.status, await second.json()]).toEqual([404, { error }]);
  expect(await sessions()).toEqual({ agent: 'lead', sessions: ['b'], total: 1 });
});
