import { z } from 'zod';
import { tool } from '../../../../../runtime/mcp-server/tool';
import { readStream } from '../../../../support/chat-stream';
import { closeAll, openLead } from '../../../../support/open-lead';
import { asksFor, inTurn, says, type Script } from '../../../../support/scripted-model';
import { startTestTelemetry } from '../../../../support/telemetry';

const telemetry = startTestTelemetry();

beforeEach(() => telemetry.reset());
afterEach(closeAll);
afterAll(() => telemetry.close());

const ping = tool({ description: 'Pings', input: z.object({}), handler: () => 'pong' });
const BLOCK = '```tool_call {"tool": "ping", "arguments": {}} ```';

/** Says what it says of tools to those who offer some, and else calls one by a block. */
function rejecting(status: number, message: string): Script {
  return ({ tools, messages }) => {
    if (tools) return { status, body: { error: { message } } };
    return messages.at(-1)?.content === 'Tool result (ping): pong' ? says('done') : says(BLOCK);
  };
}

test.each<[status: number, message: string]>([
  [400, 'registry.ollama.ai/library/gemma:2b does not support tools'],
  [400, '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'],
  [404, 'No endpoints found that support tool use'],
  [422, 'Extra inputs are not permitted: tools'],
  [501, 'function calling is not implemented'],
])('a gateway that answers %i "%s" is asked in words, from then on', async (status, message) => {
  const lead = await openLead(rejecting(status, message), {}, { ping });
  expect((await lead.ask()).body.choices[0].message.content).toBe('done');
  expect((await lead.ask()).body.choices[0].message.content).toBe('done');
  expect(lead.model.requests.map(({ tools }) => tools !== undefined)).toEqual([
    true,
    false,
    false,
    false,
    false,
  ]);
  const warnings = telemetry.logs.filter(({ severityText }) => severityText === 'WARN');
  expect(warnings.map(({ body }) => body)).toEqual([
    'the model takes no tools; from now on it is told of them in words',
  ]);
});

test('what is refused for what a client asked is asked in words for that client alone', async () => {
  const script: Script = (request) => {
    const isDemanded = 'tool_choice' in request;
    return isDemanded ? { status: 400, body: 'tool_choice "required" is not supported' } : says('done');
  };
  const lead = await openLead(script, {}, { ping });
  const question = { messages: [{ role: 'user', content: 'go' }] };
  expect((await lead.ask({ ...question, tool_choice: 'required' })).status).toBe(200);
  expect((await lead.ask(question)).status).toBe(200);
  expect(lead.model.requests.map(({ tools }) => tools !== undefined)).toEqual([true, false, true]);
});

test('a stream falls back before it begins', async () => {
  const lead = await openLead(rejecting(400, 'tools are not supported'), {}, { ping });
  const { content } = await readStream(lead.agent.url, { messages: [{ role: 'user', content: 'go' }] });
  expect(content).toBe('done');
});

test.each<[why: string, status: number, message: string]>([
  ['says nothing of tools', 400, 'max_tokens is too large'],
  ['fails', 500, 'tools are broken'],
  ['is refused', 401, 'no tools without a key'],
  ['minds one schema', 400, "Invalid schema for function 'ping'"],
  ['minds one tool', 400, "Invalid 'tools[0].function.name': string is too long"],
  ['minds one message', 400, "messages with role 'tool' must follow tool_calls"],
])('fails as ever when the gateway %s', async (_why, status, message) => {
  const lead = await openLead(rejecting(status, message), {}, { ping });
  expect((await lead.ask()).status).toBe(status === 400 ? 400 : 502);
  expect(lead.model.requests).toHaveLength(1);
});

test('fails when the mode is native', async () => {
  const lead = await openLead(rejecting(400, 'no tools'), { toolCallMode: 'native' }, { ping });
  expect((await lead.ask()).status).toBe(400);
});

test('a gateway that takes tools gets them as the API has it, and blocks are but text', async () => {
  const lead = await openLead(inTurn(asksFor(['ping', {}]), says(BLOCK)), {}, { ping });
  expect((await lead.ask()).body.choices[0].message.content).toBe(BLOCK);
  expect(lead.model.requests.every(({ tools }) => tools !== undefined)).toBe(true);
});
