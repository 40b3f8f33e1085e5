import { z } from 'zod';
import { tool } from '../../../runtime/mcp-server/tool';
import { type AgentSettings } from '../../../runtime/contract';
import { openStream, readStream } from '../../support/chat-stream';
import { closeAll, openLead } from '../../support/open-lead';
import { asksFor, inTurn, says } from '../../support/scripted-model';
import { only } from '../../support/span-tree';
import { startTestTelemetry } from '../../support/telemetry';

const telemetry = startTestTelemetry();

beforeEach(() => telemetry.reset());
afterEach(closeAll);
afterAll(() => telemetry.close());

const SCHEMA = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] };
const JSON_SCHEMA = { type: 'json_schema', json_schema: { name: 'count', strict: true, schema: SCHEMA } };
const MESSAGES = [{ role: 'user', content: 'how many?' }];
const QUESTION = { messages: MESSAGES, response_format: JSON_SCHEMA };
const look = tool({ description: 'Looks', input: z.object({}), handler: () => 'four' });

test.each<[what: string, said: string, content: string]>([
  ['as it is', '{"n": 4}', '{"n": 4}'],
  ['without the fence around it', ' ```json\n{"n": 4}\n```\n', '{"n": 4}'],
])('an answer that fits is given %s, and the model is told the format', async (_what, said, content) => {
  const lead = await openLead(inTurn(says(said)));
  expect((await lead.ask(QUESTION)).body.choices[0].message.content).toBe(content);
  expect(lead.model.requests).toMatchObject([{ response_format: JSON_SCHEMA }]);
});

test.each<[what: string, said: string, problem: string]>([
  ['is no JSON', 'four', 'it is no JSON'],
  ['does not fit', '{"n": "four"}', 'n: must be integer'],
])('an answer that %s is repaired once', async (_what, said, problem) => {
  const lead = await openLead(inTurn(says(said), says('{"n":4}')));
  const { body } = await lead.ask(QUESTION);
  expect(body.choices[0].message.content).toBe('{"n":4}');
  expect(body.usage.total_tokens).toBe(36);
  expect(lead.model.requests[1]?.messages.slice(-2)).toEqual([
    { role: 'assistant', content: said },
    {
      role: 'user',
      content: `This is not in the format that is asked for: ${problem}. Answer again, with JSON in that format and nothing else.`,
    },
  ]);
});

const UNMET = {
  message: 'the model gave no answer in the format that response_format asks for',
  type: 'api_error',
  param: null,
  code: 'response_format_unmet',
};

test.each<[when: string, settings: Partial<AgentSettings>, calls: number]>([
  ['the second answer does not fit either', {}, 2],
  ['there is no step left to repair it', { maxSteps: 1 }, 1],
])('fails when %s', async (_when, settings, calls) => {
  const lead = await openLead(inTurn(says('{"n":"secret"}')), settings);
  const reply = await lead.ask(QUESTION);
  expect([reply.status, reply.body.error]).toEqual([502, UNMET]);
  expect(lead.model.requests).toHaveLength(calls);
  const span = only(telemetry.spans, 'agent.agentic_loop');
  expect(span.attributes['error.type']).toBe('response_format_unmet');
  expect(JSON.stringify(span.events)).not.toContain('secret');
});

test('with tools before it, what is said beside them is left out', async () => {
  const preface = asksFor(['look', {}]);
  const lead = await openLead(inTurn(preface, says('{"n":4}')), {}, { look });
  expect((await lead.ask(QUESTION)).body.choices[0].message.content).toBe('{"n":4}');
});

test.each<[said: string, status: number]>([
  ['{"any":1}', 200],
  ['[1]', 502],
  ['text', 502],
])('json_object: %s is answered with %i', async (said, status) => {
  const lead = await openLead(inTurn(says(said)));
  expect((await lead.ask({ messages: MESSAGES, response_format: { type: 'json_object' } })).status).toBe(
    status,
  );
});

test('of the format text, all is right', async () => {
  const lead = await openLead(inTurn(says('anything')));
  const { body } = await lead.ask({ messages: MESSAGES, response_format: { type: 'text' } });
  expect(body.choices[0].message.content).toBe('anything');
});

test('a schema that cannot be compiled asks for JSON alone', async () => {
  const lead = await openLead(inTurn(says('[1]')));
  const schema = { $ref: '#/gone' };
  const response_format = { type: 'json_schema', json_schema: { name: 'any', schema } };
  expect((await lead.ask({ messages: MESSAGES, response_format })).status).toBe(200);
});

test('fails when a format is asked for that there is not', async () => {
  const lead = await openLead(inTurn(says('<a/>')));
  const { status, body } = await lead.ask({ messages: MESSAGES, response_format: { type: 'xml' } });
  const message = 'response_format.type: must be one of text, json_object, json_schema';
  expect([status, body.error]).toMatchObject([400, { message, param: 'response_format.type' }]);
  expect(lead.model.requests).toEqual([]);
});

test('fails when a schema is asked for and none is given', async () => {
  const lead = await openLead(inTurn(says('{}')));
  const { status, body } = await lead.ask({ messages: MESSAGES, response_format: { type: 'json_schema' } });
  expect([status, body.error.param]).toEqual([400, 'response_format.json_schema']);
});

test('streamed, the answer leaves once it fits, and in one piece', async () => {
  const lead = await openLead(inTurn(says('{"n": "fo ur"}'), says('{"n": 4}')));
  const { chunks, done } = await readStream(lead.agent.url, QUESTION);
  const pieces = chunks.flatMap(({ choices }) => choices[0].delta.content || []);
  expect([pieces, done]).toEqual([['{"n": 4}'], true]);
});

test('streamed, what does not fit never leaves: the reply is an error with its status', async () => {
  const lead = await openLead(inTurn(says('{"n": "fo ur"}')));
  const stream = await openStream(lead.agent.url, QUESTION);
  expect(stream.status).toBe(502);
});

test('in text mode tools can be called all the same: the format is told in words, and checked', async () => {
  const block = '```tool_call\n{"tool":"look","arguments":{}}\n```';
  const lead = await openLead(inTurn(says(block), says('{"n":4}')), { toolCallMode: 'text' }, { look });
  expect((await lead.ask(QUESTION)).body.choices[0].message.content).toBe('{"n":4}');
  expect(lead.model.requests[0]).not.toHaveProperty('response_format');
  expect(lead.model.requests[0]?.messages[0]?.content).toContain(
    `## Answer Format\nYour answer, when you give it, must be a JSON object and nothing else that fits this JSON schema:\n${JSON.stringify(SCHEMA)}`,
  );
});
