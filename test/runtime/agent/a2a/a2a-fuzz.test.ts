import fc from 'fast-check';
import { Agent, request } from 'undici';
import { batchOf, bodies, throwAll, value, watchStrayErrors, word } from '../../../support/fuzz';
import { says } from '../../../support/scripted-model';
import { startTestTelemetry } from '../../../support/telemetry';
import { closeAll, openLead } from '../../../support/open-lead';

// Its log lines would drown the report of the tests.
const telemetry = startTestTelemetry();
const connections = new Agent();
const stray = watchStrayErrors();

afterAll(async () => {
  stray.stop();
  await closeAll();
  await Promise.all([connections.destroy(), telemetry.close()]);
});

const INTERNAL_ERROR = -32603;

const METHODS = [
  ...['SendMessage', 'SendStreamingMessage', 'GetTask', 'ListTasks', 'CancelTask', 'SubscribeToTask'],
  ...['message/send', 'message/stream', 'tasks/get', 'tasks/cancel', 'tasks/resubscribe'],
];

const part = fc.record(
  {
    kind: fc.constantFrom('text', 'file', 'data'),
    text: value,
    file: value,
    raw: value,
    data: value,
    mediaType: value,
  },
  { requiredKeys: [] },
);
const message = fc.record(
  {
    kind: fc.constant('message'),
    messageId: value,
    role: fc.oneof(fc.constantFrom('user', 'ROLE_USER'), value),
    parts: fc.oneof(fc.array(part), value),
    taskId: value,
    contextId: value,
    metadata: value,
  },
  { requiredKeys: [] },
);
const params = fc.record(
  {
    message: fc.oneof({ weight: 4, arbitrary: message }, { weight: 1, arbitrary: value }),
    configuration: fc.oneof(
      value,
      fc.record({ blocking: value, returnImmediately: value, historyLength: value }),
    ),
    id: value,
    contextId: value,
    historyLength: value,
    pageSize: value,
    pageToken: value,
    status: value,
    metadata: value,
    tenant: value,
  },
  { requiredKeys: [] },
);
const call = fc
  .record(
    {
      jsonrpc: fc.oneof({ weight: 8, arbitrary: fc.constant('2.0') }, { weight: 1, arbitrary: value }),
      id: fc.oneof({ weight: 8, arbitrary: fc.nat() }, { weight: 1, arbitrary: value }),
      method: fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...METHODS) }, { weight: 1, arbitrary: word }),
      params: fc.oneof({ weight: 8, arbitrary: params }, { weight: 1, arbitrary: value }),
    },
    { requiredKeys: [] },
  )
  .map((any) => JSON.stringify(any));
const version = fc.constantFrom('', '0.3', '1.0', '9');

test('whatever is sent by A2A, it is answered or said to be wrong, and never our failure', async () => {
  const { agent } = await openLead(() => says('ok'));
  await throwAll(
    fc.asyncProperty(batchOf(fc.tuple(bodies(call), version)), async (all) => {
      const replies = await Promise.all(all.map(([body, spoken]) => post(agent.url, body, spoken)));
      for (const [index, { status, said }] of replies.entries()) {
        const isOurs = status >= 500 || said.includes(String(INTERNAL_ERROR));
        expect([all[index], isOurs && said]).toEqual([all[index], false]);
      }
    }),
  );
  expect(stray.errors).toEqual([]);
  expect(telemetry.logs.filter(({ severityText }) => severityText === 'ERROR')).toEqual([]);
});

async function post(url: string, body: string | Buffer, version: string) {
  const headers = { 'content-type': 'application/json', ...(version && { 'a2a-version': version }) };
  const reply = await request(`${url}/a2a`, { method: 'POST', headers, body, dispatcher: connections });
  return { status: reply.statusCode, said: await reply.body.text() };
}
