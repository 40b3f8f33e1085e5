import { z } from 'zod';
import { tool } from '../../../../runtime/mcp-server/tool';
import { type Chunk, readStream } from '../../../support/chat-stream';
import { getJson, type Listening, postJson } from '../../../support/http';
import { startAgent, startToolServer } from '../../../support/in-process';
import {
  BREAK_OFF,
  inTurn,
  says,
  type ScriptedReply,
  startScriptedModel,
} from '../../../support/scripted-model';
import { chunk, DONE } from '../../../support/streamed-completion';
import { startTestTelemetry } from '../../../support/telemetry';

const telemetry = startTestTelemetry();
const open: Listening[] = [];

beforeEach(() => telemetry.reset());
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});
afterAll(() => telemetry.close());

const FIELDS = ['reasoning_content', 'reasoning'];
const SECRET = 'the user seems unsure';
const SESSION = { session_id: 's', messages: [{ role: 'user', content: 'go' }] };
const CALL = { id: 'call_0', type: 'function', function: { name: 'count', arguments: '{}' } };
const count = tool({ description: 'Counts', input: z.object({}), handler: () => '1' });

describe.each(FIELDS)('what a model says to itself, as `%s`,', (field) => {
  test('stands beside what the agent says', async () => {
    const { agent } = await started(
      inTurn(thinks(field, 'Counting…', { tool_calls: [CALL] }), thinks(field, SECRET, { content: 'one' })),
    );
    const { message } = (await ask(agent)).body.choices[0];
    expect(message).toEqual({
      role: 'assistant',
      content: 'one',
      reasoning_content: `Counting…\n\n${SECRET}`,
      refusal: null,
    });
  });

  test('is streamed as it comes, in a field of its own', async () => {
    const { agent } = await started(() => ({
      events: [
        chunk({ [field]: 'I ' }),
        chunk({ [field]: 'see' }),
        chunk({ content: 'one' }),
        chunk({}, 'stop'),
        DONE,
      ],
    }));
    const { chunks, content } = await readStream(agent.url, SESSION);
    expect(content).toBe('one');
    expect(thoughtsIn(chunks)).toEqual(['I ', 'see']);
  });
});

test('it comes in one piece from a gateway that does not stream', async () => {
  const { agent } = await started(() => ({
    ...thinks('reasoning_content', SECRET, { content: 'one' }),
    whole: true,
  }));
  const { chunks, content } = await readStream(agent.url, SESSION);
  expect([thoughtsIn(chunks), content]).toEqual([[SECRET], 'one']);
});

test('it is told neither to the model nor to memory, traces and logs, though they hold what was said', async () => {
  const turns = inTurn(
    thinks('reasoning_content', SECRET, { content: 'Let me count.', tool_calls: [CALL] }),
    thinks('reasoning_content', SECRET, { content: 'one' }),
  );
  const { agent, model } = await started(turns, true);
  await ask(agent);
  await ask(agent);
  expect(model.requests).toHaveLength(3);
  expect(JSON.stringify(model.requests)).toContain('Let me count.');
  const { events } = (await getJson(`${agent.url}/memory/events?session_id=s`)).body;
  expect(JSON.stringify(events)).toContain('one');
  const attributes = JSON.stringify(telemetry.spans.map((span) => [span.attributes, span.events]));
  expect(attributes).toContain('Let me count.');
  const logs = telemetry.logs.map(({ body, attributes: more }) => [body, more]);
  for (const kept of [
    JSON.stringify(model.requests),
    JSON.stringify(events),
    attributes,
    JSON.stringify(logs),
  ])
    expect(kept).not.toContain(SECRET);
});

test('a model that was heard to think is not asked again', async () => {
  const { agent, model } = await started(() => ({ events: [chunk({ reasoning_content: 'hm' }), BREAK_OFF] }));
  const { chunks } = await readStream(agent.url, SESSION);
  expect(chunks.at(-1)).toMatchObject({ error: { code: 'model_failed' } });
  expect([thoughtsIn(chunks.slice(0, -1)), model.requests.length]).toEqual([['hm'], 1]);
});

test('a model that says none has a message of OpenAI alone', async () => {
  const { agent } = await started(inTurn(says('one')));
  expect((await ask(agent)).body.choices[0].message).toEqual({
    role: 'assistant',
    content: 'one',
    refusal: null,
  });
});

function thinks(field: string, thought: string, message: object): ScriptedReply {
  const usage = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 };
  const whole = { role: 'assistant', content: null, [field]: thought, ...message };
  return { body: { choices: [{ index: 0, finish_reason: 'stop', message: whole }], usage } };
}

function thoughtsIn(chunks: readonly Chunk[]): string[] {
  return chunks.flatMap(({ choices }) => choices[0]?.delta.reasoning_content ?? []);
}

function ask(agent: Listening) {
  return postJson(`${agent.url}/v1/chat/completions`, SESSION);
}

async function started(script: Parameters<typeof startScriptedModel>[0], capturesContent = false) {
  const model = await startScriptedModel(script);
  const search = await startToolServer('search', { count });
  const mcpServers = [{ name: 'search', url: search.url }];
  const settings = { name: 'lead', modelUrl: model.url, model: 'm', mcpServers, modelMaxRetries: 2 };
  const agent = await startAgent(settings, 0, capturesContent);
  open.push(agent, search, model);
  return { agent, model };
}
