import { z } from 'zod';
import { type AgentSettings } from '../../../../runtime/contract';
import { tool } from '../../../../runtime/mcp-server/tool';
import { getJson, type Listening, nobodyAt, postJson } from '../../../support/http';
import { startToolServer } from '../../../support/in-process';
import { closeAll, open, openLead } from '../../../support/open-lead';
import { asksFor, inTurn, says, type Script } from '../../../support/scripted-model';
import { startScriptedAgent } from '../../../support/scripted-agent';
import { only } from '../../../support/span-tree';
import { startTestTelemetry } from '../../../support/telemetry';

const telemetry = startTestTelemetry();

beforeEach(() => telemetry.reset());
afterEach(closeAll);
afterAll(() => telemetry.close());

const ADA = { role: 'user', content: 'I am Ada' };
const HI = { role: 'assistant', content: 'hi' };
const WHO = { role: 'user', content: 'who am I?' };
const BRIEF = { role: 'system', content: 'Be brief.' };

describe('a session', () => {
  test.each<[how: string, body: object, headers: Record<string, string>]>([
    ['in the body', { session_id: 'a.b:c_d-1' }, {}],
    ['in the header', {}, { 'x-session-id': 'a.b:c_d-1' }],
    ['in the body rather than in the header', { session_id: 'a.b:c_d-1' }, { 'x-session-id': 'other' }],
  ])('that is named %s goes on, and is named in the reply', async (_how, body, headers) => {
    const { agent, model } = await agentWith();
    await ask(agent, { messages: [ADA], ...body }, headers);
    const reply = await ask(agent, { messages: [WHO], ...body }, headers);
    expect(told(model, 1)).toEqual([ADA, HI, WHO]);
    expect(reply.body.session_id).toBe('a.b:c_d-1');
    expect(reply.headers.get('x-session-id')).toBe('a.b:c_d-1');
  });

  test('begins with a request that names none, and can be gone on with', async () => {
    const { agent, model } = await agentWith();
    const first = await ask(agent, { messages: [ADA] });
    const id = String(first.headers.get('x-session-id'));
    expect(id).toMatch(/^session_[0-9a-f]{32}$/);
    expect(first.body).not.toHaveProperty('session_id');
    await ask(agent, { messages: [WHO], session_id: id });
    expect(told(model, 1)).toEqual([ADA, HI, WHO]);
    await ask(agent, { messages: [WHO] });
    expect(told(model, 2)).toEqual([WHO]);
  });

  test('stands behind what the client says of the system', async () => {
    const { agent, model } = await agentWith();
    await ask(agent, { messages: [BRIEF, ADA], session_id: 's' });
    await ask(agent, { messages: [BRIEF, WHO], session_id: 's' });
    expect(told(model, 1)).toEqual([BRIEF, ADA, HI, WHO]);
  });

  test('is not told again to a client that keeps the conversation itself, nor kept twice', async () => {
    const { agent, model } = await agentWith();
    await ask(agent, { messages: [ADA], session_id: 's' });
    await ask(agent, { messages: [ADA, HI, WHO], session_id: 's' });
    expect(told(model, 1)).toEqual([ADA, HI, WHO]);
    await ask(agent, { messages: [WHO], session_id: 's' });
    expect(told(model, 2)).toEqual([ADA, HI, WHO, HI, WHO]);
  });

  test('is told as far back as the limit, from a user’s message on', async () => {
    const { agent, model } = await agentWith({ memoryContextLimit: 3 });
    for (const content of ['1', '2', '3']) {
      await ask(agent, { messages: [{ role: 'user', content }], session_id: 's' });
    }
    expect(told(model, 2)).toEqual([{ role: 'user', content: '2' }, HI, { role: 'user', content: '3' }]);
  });

  test('is not told at all with a limit of 0, and kept all the same', async () => {
    const { agent, model } = await agentWith({ memoryContextLimit: 0 });
    for (const messages of [[ADA], [WHO]]) await ask(agent, { messages, session_id: 's' });
    expect(told(model, 1)).toEqual([WHO]);
    expect((await getJson(`${agent.url}/memory/events?session_id=s`)).body.total).toBe(4);
  });

  test.each([{ memoryType: 'none' }, { memoryEnabled: false }] as const)(
    'is not kept with %j',
    async (off) => {
      const { agent, model } = await agentWith(off);
      for (const messages of [[ADA], [WHO]]) await ask(agent, { messages, session_id: 's' });
      expect(told(model, 1)).toEqual([WHO]);
      expect((await ask(agent, { messages: [ADA] })).headers.get('x-session-id')).toBeNull();
      expect((await getJson(`${agent.url}/memory/sessions`)).body.sessions).toEqual([]);
    },
  );

  test.each<[id: unknown, headers: Record<string, string>, message: string, param: string | null]>([
    ['', {}, 'session_id: must be 1 to 128 letters, digits, ".", ":", "-" or "_"', 'session_id'],
    ['a b', {}, 'session_id: must be 1 to 128 letters, digits, ".", ":", "-" or "_"', 'session_id'],
    ['a'.repeat(129), {}, 'session_id: must be 1 to 128 letters, digits, ".", ":", "-" or "_"', 'session_id'],
    [
      undefined,
      { 'x-session-id': '../x' },
      'header x-session-id: must be 1 to 128 letters, digits, ".", ":", "-" or "_"',
      null,
    ],
  ])('fails when its id is %j %j', async (session_id, headers, message, param) => {
    const { agent } = await agentWith();
    const { status, body } = await ask(agent, { messages: [ADA], session_id }, headers);
    expect([status, body]).toEqual([
      400,
      { error: { message, type: 'invalid_request_error', param, code: 'invalid_request' } },
    ]);
  });
});

test('what happened is there to be read, in the words of KAOS', async () => {
  const search = await startToolServer('search', {
    echo: tool({ description: 'Echoes', input: z.object({ text: z.string() }), handler: ({ text }) => text }),
  });
  const worker = await startScriptedAgent();
  const calls = asksFor(['echo', { text: 'x' }], ['nope', '{'], ['delegate_to_worker', { task: 'dig' }]);
  const away = asksFor(['delegate_to_away', { task: 'dig' }]);
  const { agent } = await agentWith(
    {
      mcpServers: [{ name: 'search', url: search.url }],
      subAgents: [
        { name: 'worker', url: worker.url },
        { name: 'away', url: (await nobodyAt()).url },
      ],
    },
    inTurn(calls, away, says('done')),
  );
  open.push(search, worker);
  const task = { role: 'task-delegation', content: 'go' };
  await ask(agent, { messages: [ADA, task], session_id: 's' });
  const { body } = await getJson(`${agent.url}/memory/events?session_id=s`);
  const { traceId } = only(telemetry.spans, 'agent.agentic_loop').spanContext();
  expect(body).toEqual({
    agent: 'lead',
    total: 11,
    events: Array(11).fill({
      event_id: expect.stringMatching(/^event_[0-9a-f]{8}$/),
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      event_type: expect.any(String),
      content: expect.anything(),
      metadata: { trace_id: traceId, span_id: expect.stringMatching(/^[0-9a-f]{16}$/) },
    }),
  });
  const events: [string, unknown][] = body.events.map((event: { event_type: string; content: unknown }) => [
    event.event_type,
    event.content,
  ]);
  // What runs side by side may end in any order.
  expect(events.slice(0, 5)).toEqual([
    ['user_message', 'I am Ada'],
    ['task_delegation_received', 'go'],
    ['tool_call', { tool: 'echo', arguments: { text: 'x' } }],
    ['tool_call', { tool: 'nope', arguments: '{' }],
    ['delegation_request', { agent: 'worker', task: 'dig' }],
  ]);
  expect(events.slice(5, 8)).toEqual(
    expect.arrayContaining([
      ['tool_result', { tool: 'echo', result: 'x' }],
      ['tool_error', { tool: 'nope', error: expect.stringContaining('there is no tool "nope"') }],
      ['delegation_response', { agent: 'worker', response: 'dug' }],
    ]),
  );
  expect(events.slice(8)).toEqual([
    ['delegation_request', { agent: 'away', task: 'dig' }],
    ['delegation_error', { agent: 'away', error: 'agent "away" cannot be reached' }],
    ['agent_response', 'done'],
  ]);
});

test('a request that failed is remembered as that', async () => {
  const { agent } = await agentWith({}, () => ({ status: 500, body: 'http://10.0.0.7' }));
  await ask(agent, { messages: [ADA], session_id: 's' });
  const { body } = await getJson(`${agent.url}/memory/events`);
  expect(body.events).toMatchObject([
    { event_type: 'user_message', content: 'I am Ada' },
    { event_type: 'error', content: 'the model gateway answered 500' },
  ]);
});

const LONG = 'x'.repeat(100_000);
test.each<[what: string, content: unknown, kept: string]>([
  ['text', LONG, `${LONG.slice(0, 65_536)} …`],
  [
    'an image, to what was said of it',
    [
      { type: 'text', text: 'what is this?' },
      { type: 'image_url', image_url: { url: `data:image/png;base64,${LONG}` } },
    ],
    'what is this?',
  ],
])('what is too long to keep is cut: %s', async (_what, content, kept) => {
  const { agent } = await agentWith();
  await ask(agent, { messages: [{ role: 'user', content }] });
  const { body } = await getJson(`${agent.url}/memory/events`);
  expect(body.events[0].content).toBe(kept);
});

function agentWith(settings: Partial<AgentSettings> = {}, script: Script = inTurn(says('hi'))) {
  return openLead(script, settings);
}

/** What the model heard after the instructions. */
function told(
  model: { readonly requests: readonly { readonly messages: readonly unknown[] }[] },
  index: number,
) {
  return model.requests[index]?.messages.slice(1);
}

function ask(agent: Listening, body: object, headers: Record<string, string> = {}) {
  return postJson(`${agent.url}/v1/chat/completions`, body, headers);
}
