import fc from 'fast-check';
import { batchOf, bodies, raw, requests, throwAll, value, word } from '../../../support/fuzz';
import { fuzzedAgents } from '../../../support/fuzzed-agents';
import { getJson } from '../../../support/http';
import { QUESTION } from '../../../support/open-lead';
import { says } from '../../../support/scripted-model';

const { scripted, agentOf, post } = fuzzedAgents();

const message = fc.record(
  {
    role: fc.oneof(
      {
        weight: 8,
        arbitrary: fc.constantFrom('user', 'system', 'assistant', 'tool', 'developer', 'task-delegation'),
      },
      { weight: 1, arbitrary: value },
    ),
    content: fc.oneof(fc.string(), value, fc.array(fc.record({ type: word, text: value }))),
    tool_calls: value,
    tool_call_id: value,
    name: value,
  },
  { requiredKeys: ['role'] },
);
const FIELDS = [
  'model',
  'stream',
  'stream_options',
  'session_id',
  'temperature',
  'max_tokens',
  'top_p',
  'seed',
  'stop',
  'n',
  'tools',
  'tool_choice',
  'response_format',
  'user',
  'metadata',
  'logprobs',
  '__proto__',
];
const chatBody = fc
  .tuple(
    fc.array(message, { maxLength: 4 }),
    fc.dictionary(
      fc.constantFrom(...FIELDS),
      fc.oneof(
        value,
        fc.boolean(),
        fc.array(
          fc.record({
            type: fc.constant('function'),
            function: fc.record({ name: word, parameters: value }),
          }),
        ),
      ),
    ),
  )
  .map(([messages, fields]) => JSON.stringify({ messages, ...fields }));

test('whatever the body, the answer is an answer or says what is wrong with the request', async () => {
  const model = await scripted(() => says('ok'));
  const agent = await agentOf(model.url);
  const url = `${agent.url}/v1/chat/completions`;
  await throwAll(
    fc.asyncProperty(batchOf(bodies(chatBody)), async (all) => {
      for (const { status, said } of await Promise.all(all.map((sent) => post(url, sent)))) {
        if (status === 200) continue;
        expect([status >= 400 && status < 500, said]).toEqual([true, ERROR]);
      }
    }),
  );
});

test('whatever the lines of HTTP, the server goes on', async () => {
  const model = await scripted(() => says('ok'));
  const agent = await agentOf(model.url);
  const all = requests(
    HEADERS,
    VALUES,
    [
      ...['/v1/chat/completions', '/a2a', '/.well-known/agent', '/.well-known/agent.json'],
      ...['/memory/events?limit=', '/memory/sessions/', '/v1/models/', '/ready'],
    ],
    JSON.stringify(QUESTION),
  );
  await throwAll(
    fc.asyncProperty(all, async (sent) => {
      const reply = await raw(agent.port, sent);
      // A connection that ends without a word is what some bytes deserve.
      if (reply !== '') expect(reply).toMatch(/^HTTP\/1\.1 [1-4]\d\d /);
    }),
  );
  expect((await getJson(`${agent.url}/health`)).status).toBe(200);
});

const ERROR = {
  error: expect.objectContaining({
    message: expect.any(String),
    type: 'invalid_request_error',
    code: expect.any(String),
  }),
};

const HEADERS = [
  'content-length',
  'content-type',
  'transfer-encoding',
  'x-session-id',
  'traceparent',
  'tracestate',
  'baggage',
  'x-kaos-ancestors',
  'x-kaos-timeout-ms',
  'x-kaos-tokens-left',
  'x-kaos-allow-cycle',
  'a2a-version',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-prefix',
  'authorization',
  'expect',
  'connection',
  'upgrade',
  'origin',
  'x',
];
const VALUES = [
  'chunked',
  'application/json',
  'gzip',
  '100-continue',
  'websocket',
  '00-00000000000000000000000000000000-0000000000000000-01',
];
