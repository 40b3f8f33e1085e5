import { z } from 'zod';
import { tool } from '../../../../runtime/mcp-server/tool';
import { contentOf, openStream, progressIn, readStream } from '../../../support/chat-stream';
import { postJson, signalled } from '../../../support/http';
import { startAgent, startToolServer } from '../../../support/in-process';
import { asksFor, BREAK_OFF, inTurn, says, type Script } from '../../../support/scripted-model';
import { spanTree } from '../../../support/span-tree';
import { chunk, DONE } from '../../../support/streamed-completion';
import { startTestTelemetry } from '../../../support/telemetry';
import { closeAll, open, openLead, QUESTION } from '../../../support/open-lead';

const telemetry = startTestTelemetry();

beforeEach(() => telemetry.reset());
afterEach(closeAll);
afterAll(() => telemetry.close());

test('an agent that is the model of another answers it, streamed or not', async () => {
  const { front } = await startFront(inTurn(says('four it is')));
  const { body } = await postJson(`${front.url}/v1/chat/completions`, QUESTION);
  expect(body.choices[0].message.content).toBe('four it is');
  expect(body.usage).toEqual({ prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 });
  const { content, done } = await readStream(front.url, QUESTION);
  expect({ content, done }).toEqual({ content: 'four it is', done: true });
});

test('what it says goes through both as it is said', async () => {
  const heard = signalled();
  const { front } = await startFront(() => ({
    events: (async function* () {
      yield chunk({ content: 'first' });
      await heard.happened;
      yield chunk({ content: ' last' }, 'stop');
      yield DONE;
    })(),
  }));
  const { next, rest } = await openStream(front.url, QUESTION);
  await next();
  expect(await next()).toMatchObject({ chunk: { choices: [{ delta: { content: 'first' } }] } });
  heard.happen();
  expect((await rest()).at(-1)).toEqual({ kind: 'done' });
});

test.each([true, false])('tools are carried out by whoever has them (streamed: %s)', async (stream) => {
  const script: Script = ({ messages }) =>
    messages.at(-1)?.role === 'tool' ? says(messages.at(-1)?.content) : asksFor(['look', {}]);
  const look = tool({ description: 'Looks', input: z.object({}), handler: () => 'seen' });
  const search = await startToolServer('search', { look });
  open.push(search);
  const { front, model } = await startFront(script, { mcpServers: [{ name: 'search', url: search.url }] });
  if (stream) {
    const { chunks } = await readStream(front.url, QUESTION);
    expect(contentOf(chunks)).toBe('seen');
    expect(progressIn(chunks)).toMatchObject([{ state: 'started' }, { state: 'succeeded' }]);
  } else {
    const { body } = await postJson(`${front.url}/v1/chat/completions`, QUESTION);
    expect(body.choices[0].message.content).toBe('seen');
  }
  expect(model.requests[0]?.tools?.map(({ function: { name } }) => name)).toEqual(['look']);
});

test('one request makes one trace', async () => {
  const { front } = await startFront(inTurn(says('four')));
  await readStream(front.url, QUESTION);
  await telemetry.span('agent.agentic_loop');
  expect(spanTree(telemetry.spans)).toEqual([
    'agent.agentic_loop INTERNAL OK',
    '  agent.step.1 INTERNAL OK',
    '    model.inference CLIENT OK',
    '      agent.agentic_loop INTERNAL OK',
    '        agent.step.1 INTERNAL OK',
    '          model.inference CLIENT OK',
  ]);
});

test('fails when the model behind both breaks off, and says so to the last', async () => {
  const { front } = await startFront(() => ({ events: [chunk({ content: 'well' }), BREAK_OFF] }));
  const { content, chunks, done } = await readStream(front.url, QUESTION);
  expect({ content, done }).toEqual({ content: 'well', done: false });
  expect(chunks.at(-1)).toMatchObject({
    error: { message: 'the model gateway failed in the middle of its reply', code: 'model_failed' },
  });
});

/** An agent whose model is an agent. */
async function startFront(script: Script, settings: object = {}) {
  const { agent, model } = await openLead(script);
  const front = await startAgent({ name: 'front', modelUrl: agent.url, model: 'lead', ...settings });
  open.unshift(front);
  return { front, model };
}
