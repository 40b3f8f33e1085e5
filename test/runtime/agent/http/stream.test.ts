import { z } from 'zod';
import { tool } from '../../../../runtime/mcp-server/tool';
import { openStream, progressIn, readStream } from '../../../support/chat-stream';
import { postJson, signalled } from '../../../support/http';
import { startToolServer } from '../../../support/in-process';
import { asksFor, inTurn, says } from '../../../support/scripted-model';
import { chunk, DONE, usageChunk } from '../../../support/streamed-completion';
import { startTestTelemetry } from '../../../support/telemetry';
import { closeAll, open, openLead, QUESTION } from '../../../support/open-lead';

const telemetry = startTestTelemetry();

afterEach(closeAll);
afterAll(() => telemetry.close());

test('a reply in the shape of OpenAI: the role, what is said, why it ended, and the end', async () => {
  const { agent } = await openLead(inTurn(says('four it is')));
  const { status, headers, chunks, done } = await readStream(agent.url, { ...QUESTION, model: 'any' });
  expect(status).toBe(200);
  expect(Object.fromEntries(headers)).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
    'x-session-id': expect.stringMatching(/^session_[0-9a-f]{32}$/),
  });
  const head = {
    id: expect.stringMatching(/^chatcmpl-[0-9a-f]{32}$/),
    object: 'chat.completion.chunk',
    created: expect.any(Number),
    model: 'any',
  };
  const one = (delta: object, finish_reason: string | null = null) => ({
    ...head,
    choices: [{ index: 0, delta, logprobs: null, finish_reason }],
  });
  expect(chunks).toEqual([
    one({ role: 'assistant', content: '' }),
    ...['four', ' it', ' is'].map((content) => one({ content })),
    one({}, 'stop'),
  ]);
  expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
  expect(done).toBe(true);
});

test('the model is asked to stream by those who stream, and by nobody else', async () => {
  const { agent, model } = await openLead(inTurn(says('four')));
  await readStream(agent.url, QUESTION);
  await postJson(`${agent.url}/v1/chat/completions`, { ...QUESTION, stream: false });
  expect(model.requests[0]).toMatchObject({ stream: true, stream_options: { include_usage: true } });
  expect(model.requests[1]).not.toHaveProperty('stream');
});

test('what the model says leaves at once, while it still speaks', async () => {
  const heard = signalled();
  const { agent } = await openLead(() => ({
    events: (async function* () {
      yield chunk({ role: 'assistant', content: '' });
      yield chunk({ content: 'first' });
      await heard.happened;
      yield chunk({ content: ' last' });
      yield chunk({}, 'stop');
      yield DONE;
    })(),
  }));
  const stream = await openStream(agent.url, QUESTION);
  await stream.next();
  expect(await stream.next()).toMatchObject({ chunk: { choices: [{ delta: { content: 'first' } }] } });
  heard.happen();
  expect(await stream.next()).toMatchObject({ chunk: { choices: [{ delta: { content: ' last' } }] } });
});

test('says at the end what all model calls took, when it is asked to', async () => {
  const { agent } = await openLead(inTurn(asksFor(['look', {}]), says('seen')));
  const { chunks } = await readStream(agent.url, { ...QUESTION, stream_options: { include_usage: true } });
  expect(chunks.pop()).toMatchObject({
    choices: [],
    usage: { prompt_tokens: 22, completion_tokens: 14, total_tokens: 36 },
  });
  expect(chunks.every(({ usage }) => usage === null)).toBe(true);
});

test('usage that the model sends with its last words counts too', async () => {
  const last = { ...usageChunk(3, 4), choices: [{ index: 0, delta: {}, finish_reason: 'length' }] };
  const { agent } = await openLead(() => ({ events: [chunk({ content: 'a' }), last, DONE] }));
  const { chunks } = await readStream(agent.url, { ...QUESTION, stream_options: { include_usage: true } });
  expect(chunks.at(-2)).toMatchObject({ choices: [{ finish_reason: 'length' }] });
  expect(chunks.at(-1)).toMatchObject({ usage: { total_tokens: 7 } });
});

test('tells how tools fare, and neither what they are given nor what they say', async () => {
  const look = tool({ description: 'Looks', input: z.object({}), handler: () => 'secret' });
  const search = await startToolServer('search', { look });
  open.push(search);
  const { agent } = await openLead(inTurn(asksFor(['look', {}], ['gone', { a: 1 }]), says('seen')), {
    mcpServers: [{ name: 'search', url: search.url }],
  });
  const { chunks, content } = await readStream(agent.url, QUESTION);
  expect(content).toBe('seen');
  expect(progressIn(chunks)).toEqual([
    { type: 'tool_call', id: 'call_0', name: 'look', state: 'started' },
    { type: 'tool_call', id: 'call_1', name: 'gone', state: 'started' },
    { type: 'tool_call', id: 'call_1', name: 'gone', state: 'failed' },
    { type: 'tool_call', id: 'call_0', name: 'look', state: 'succeeded' },
  ]);
  expect(chunks.filter(({ kaos }) => kaos).map(({ choices }) => choices[0].delta)).toEqual([{}, {}, {}, {}]);
  expect(JSON.stringify(chunks)).not.toContain('secret');
});
