import fc from 'fast-check';
import { z } from 'zod';
import { tool } from '../../../../runtime/mcp-server/tool';
import { readStream } from '../../../support/chat-stream';
import { postJson } from '../../../support/http';
import { startToolServer } from '../../../support/in-process';
import { asksFor, inTurn, says, type Script, type ScriptedReply } from '../../../support/scripted-model';
import { chunk, DONE } from '../../../support/streamed-completion';
import { startTestTelemetry } from '../../../support/telemetry';
import { closeAll, open, openLead, QUESTION } from '../../../support/open-lead';

const telemetry = startTestTelemetry();

afterEach(closeAll);
afterAll(() => telemetry.close());

const TRICKY = [
  'plain words',
  `it's "quoted", 'twice' and \\escaped\\`,
  'lines\n\n  indented\r\n\ttabbed   spaced  \n',
  '```python\ndef none():\n    return None\n```\n',
  'None',
  'null true [DONE] data: x\n\ndata: [DONE]',
  'family 👨‍👩‍👧 flag 🇩🇪 accents é ü ñ, 中文',
  '\u2028 line \u2029 separators \u0000 and \u0007 controls',
  ' ',
  '',
];

test.each(TRICKY)('%j arrives as it is, streamed or not', async (text) => {
  const { agent } = await openLead(inTurn(says(text)));
  expect(await bothWays(agent.url)).toEqual([text, text]);
});

test('whatever the model says, and however its stream is cut up, arrives as it is', async () => {
  let sent: Buffer[] = [];
  const { agent } = await openLead(() => ({ events: sent }), { memoryType: 'none' });
  const pieces = fc.array(fc.string({ unit: 'binary', minLength: 1 }), { minLength: 1 });
  const cuts = fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1 });
  await fc.assert(
    fc.asyncProperty(pieces, cuts, async (texts, sizes) => {
      const events = [...texts.map((content) => chunk({ content })), chunk({}, 'stop')];
      const lines = events.map((event) => `data: ${JSON.stringify(event)}\n\n`);
      sent = inParts(Buffer.from(lines.join('') + DONE), sizes);
      expect((await readStream(agent.url, QUESTION)).content).toBe(texts.join(''));
    }),
    { numRuns: 50 },
  );
});

test('a character whose halves the model sends apart arrives whole', async () => {
  const [high, low] = '🙂'.split('');
  const parts = [high, low].map((content) => ({ choices: [{ index: 0, delta: { content } }] }));
  const { agent } = await openLead(() => ({ events: [...parts, 'data: [DONE]\n\n'] }));
  expect((await readStream(agent.url, QUESTION)).content).toBe('🙂');
});

/** Text that was streamed cannot be taken back when the tool calls come. */
test('what the model says before it calls tools is part of the answer, streamed or not', async () => {
  const { agent } = await startWithTool([
    saysAndAsks('Let me look.'),
    saysAndAsks(''),
    saysAndAsks('Once more: '),
    says('Seen.'),
  ]);
  const text = 'Let me look.\n\nOnce more: \n\nSeen.';
  expect(await bothWays(agent.url)).toEqual([text, text]);
});

test('the model is told what it said as it said it', async () => {
  const { agent, model } = await startWithTool([saysAndAsks('Let me look.'), says('Seen.')]);
  await readStream(agent.url, QUESTION);
  expect(model.requests[1]?.messages).toMatchObject([
    { role: 'system' },
    { role: 'user' },
    { role: 'assistant', content: 'Let me look.', tool_calls: [{ id: 'call_0' }] },
    { role: 'tool', tool_call_id: 'call_0', content: 'seen' },
  ]);
});

test.each([{ type: 'json_object' }, { type: 'json_schema', json_schema: { name: 'x', schema: {} } }])(
  'where JSON is asked for, the answer alone is said: %j',
  async (response_format) => {
    const { agent } = await startWithTool([saysAndAsks('Let me look.'), says('{"seen": true}')]);
    expect(await bothWays(agent.url, { response_format })).toEqual(['{"seen": true}', '{"seen": true}']);
  },
);

/** The bytes in parts of those sizes, over and over. */
function inParts(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const parts: Buffer[] = [];
  for (let start = 0; start < bytes.length; start += parts.at(-1)?.length ?? 0)
    parts.push(bytes.subarray(start, start + (sizes[parts.length % sizes.length] ?? 1)));
  return parts;
}

/** The content of a reply as it is streamed, and of one that is not. */
async function bothWays(url: string, extra: object = {}): Promise<[streamed: string, whole: string]> {
  const question = { ...QUESTION, ...extra };
  const { content, done } = await readStream(url, question);
  expect(done).toBe(true);
  const { body } = await postJson(`${url}/v1/chat/completions`, question);
  return [content, body.choices[0].message.content];
}

/** An agent with a tool `look`; its model begins again with each question. */
async function startWithTool(replies: readonly ScriptedReply[]) {
  const look = tool({ description: 'Looks', input: z.object({}), handler: () => 'seen' });
  const search = await startToolServer('search', { look });
  open.push(search);
  const script: Script = ({ messages }) =>
    replies[messages.filter(({ role }) => role === 'assistant').length] as ScriptedReply;
  return openLead(script, { mcpServers: [{ name: 'search', url: search.url }], memoryType: 'none' });
}

function saysAndAsks(content: string): ScriptedReply {
  const { body } = asksFor(['look', {}]) as { body: { choices: [{ message: object }] } };
  const [choice] = body.choices;
  return { body: { ...body, choices: [{ ...choice, message: { ...choice.message, content } }] } };
}
