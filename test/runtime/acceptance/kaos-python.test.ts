import { z } from 'zod';
import { type AgentSettings } from '../../../runtime/contract';
import { tool } from '../../../runtime/mcp-server/tool';
import { openStream, readStream } from '../../support/chat-stream';
import { getJson, type JsonReply, type Listening } from '../../support/http';
import { type Lead, startLead as startLeadWith } from '../../support/lead';
import { startScriptedAgent } from '../../support/scripted-agent';
import { asksFor, inTurn, says, type Script } from '../../support/scripted-model';
import { startTestTelemetry } from '../../support/telemetry';

/** The cases of KAOS's own Python tests, each by what it is about there. Its mock of a model is our scripted one. */
const telemetry = startTestTelemetry();
const open: Listening[] = [];

beforeEach(() => telemetry.reset());
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});
afterAll(() => telemetry.close());

const echo = tool({
  description: 'Says it again',
  input: z.object({ text: z.string() }),
  handler: ({ text }) => text,
});
const ECHO = asksFor(['echo', { text: 'hi' }]);
const DIG = asksFor(['delegate_to_worker', { task: 'dig' }]);

describe('agent', () => {
  test('card: its fields and capabilities', async () => {
    const lead = await startLead(inTurn(says('hi')), { description: 'Leads' });
    const { status, body } = await getJson(`${lead.url}/.well-known/agent`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ name: 'lead', description: 'Leads', url: lead.url, skills: [] });
    expect(body.capabilities).toEqual(['message_processing', 'task_execution']);
  });

  test('card: its skills are the tools that were found, and it says whether it has tools and sub-agents', async () => {
    const lead = await startLead(inTurn(says('hi')), { subAgents: [await worker()] }, { echo });
    await lead.ask();
    const { skills, capabilities } = (await getJson(`${lead.url}/.well-known/agent`)).body;
    expect(skills).toEqual([
      {
        name: 'echo',
        description: 'Says it again',
        inputSchema: expect.objectContaining({ type: 'object' }),
      },
    ]);
    expect(capabilities).toEqual([
      'message_processing',
      'task_execution',
      'tool_execution',
      'task_delegation',
    ]);
  });

  test('sub-agents: each is offered by its name', async () => {
    const lead = await startLead(inTurn(says('hi')), { subAgents: [await worker()] });
    await lead.ask();
    expect(lead.model.requests[0]?.tools?.map((offer) => offer.function.name)).toEqual([
      'delegate_to_worker',
    ]);
  });

  test('message: leaves user_message and agent_response', async () => {
    const lead = await startLead(inTurn(says('hi')));
    const reply = await lead.ask('hello');
    expect(await eventsOf(lead, reply)).toMatchObject([
      { event_type: 'user_message', content: 'hello' },
      { event_type: 'agent_response', content: 'hi' },
    ]);
  });

  test('session: two messages of one session leave two and two events', async () => {
    const lead = await startLead(inTurn(says('one'), says('two')));
    for (const text of ['first', 'second']) await lead.ask(text, { 'x-session-id': 'ours' });
    expect((await getJson(`${lead.url}/memory/sessions`)).body).toMatchObject({
      sessions: ['ours'],
      total: 1,
    });
    expect(await typesOf(lead, 'ours')).toEqual([
      'user_message',
      'agent_response',
      'user_message',
      'agent_response',
    ]);
  });

  test('multi-turn: the conversation that a client sends is the one that the model hears', async () => {
    const lead = await startLead(inTurn(says('Ada.')));
    const messages = [
      { role: 'user', content: 'I am Ada.' },
      { role: 'assistant', content: 'Hello.' },
      { role: 'user', content: 'Who am I?' },
    ];
    await lead.ask({ messages });
    expect(lead.model.requests[0]?.messages.slice(1)).toEqual(messages);
  });
});

describe('memory', () => {
  test('eviction: of more events than are kept, the newest stay', async () => {
    const lead = await startLead(inTurn(says('hi')), { memoryMaxSessionEvents: 5 });
    for (let index = 0; index < 4; index++) await lead.ask(`message ${index}`, { 'x-session-id': 'ours' });
    const contents = (await eventsIn(lead, 'ours')).map(({ content }) => content);
    expect(contents).toEqual(['hi', 'message 2', 'hi', 'message 3', 'hi']);
  });

  test('none: the agent works, and keeps nothing', async () => {
    const lead = await startLead(inTurn(says('hi')), { memoryType: 'none' });
    expect((await lead.ask()).status).toBe(200);
    expect((await getJson(`${lead.url}/memory/events`)).body).toMatchObject({ events: [], total: 0 });
    expect((await getJson(`${lead.url}/memory/sessions`)).body.sessions).toEqual([]);
  });

  test('filter: events of one session, or of all, as many as are asked for', async () => {
    const lead = await startLead(inTurn(says('hi')));
    for (const session of ['a', 'b']) await lead.ask('hello', { 'x-session-id': session });
    expect(await eventsIn(lead, 'a')).toHaveLength(2);
    expect((await getJson(`${lead.url}/memory/events`)).body.events).toHaveLength(4);
    expect((await getJson(`${lead.url}/memory/events?limit=3`)).body.events).toHaveLength(3);
  });

  test('isolation: what one agent heard another does not know', async () => {
    const [first, second] = [await startLead(inTurn(says('hi'))), await startLead(inTurn(says('hi')))];
    await first.ask('secret', { 'x-session-id': 'ours' });
    expect(await eventsIn(second, 'ours')).toEqual([]);
  });
});

describe('server', () => {
  test('probes, card, chat and memory answer', async () => {
    const lead = await startLead(inTurn(says('hi')));
    await lead.ask();
    const paths = ['/health', '/ready', '/.well-known/agent', '/memory/events', '/memory/sessions'];
    const replies = await Promise.all(paths.map((path) => getJson(lead.url + path)));
    expect(replies.map(({ status }) => status)).toEqual(paths.map(() => 200));
    expect(replies[0]?.body).toMatchObject({ status: 'healthy', name: 'lead' });
    expect(replies[1]?.body).toMatchObject({ status: 'ready', name: 'lead' });
  });

  test('SSE: the content type, at least one chunk, and the end', async () => {
    const lead = await startLead(inTurn(says('it’s "four"')));
    const stream = await readStream(lead.url, { messages: [{ role: 'user', content: 'go' }] });
    expect(stream.headers.get('content-type')).toMatch(/^text\/event-stream/);
    expect([stream.content, stream.done]).toEqual(['it’s "four"', true]);
  });

  test.each([{}, { messages: [] }])('messages: %j is answered with 400', async (question) => {
    const lead = await startLead(inTurn(says('hi')));
    expect((await lead.ask(question)).status).toBe(400);
    expect((await openStream(lead.url, { messages: undefined, ...question })).status).toBe(400);
  });
});

describe('agentic loop', () => {
  test.each<[what: string, settings: Partial<AgentSettings>, steps: number]>([
    ['as many as are the default', {}, 5],
    ['as many as are set', { maxSteps: 3 }, 3],
  ])('max steps: a model that calls tools for ever is stopped after %s', async (_what, settings, steps) => {
    let called = 0;
    const again = tool({ description: 'Again', input: z.object({}), handler: () => String(++called) });
    const lead = await startLead(inTurn(asksFor(['again', {}])), settings, { again });
    const { body } = await lead.ask();
    expect(body.error.message).toBe(`Reached maximum reasoning steps (${steps})`);
    expect([called, lead.model.requests.length]).toEqual([steps, steps]);
  });

  test.each<[mode: string, script: Script]>([
    ['native', inTurn(ECHO, says('done'))],
    ['text', inTurn(says('```tool_call\n{"tool": "echo", "arguments": {"text": "hi"}}\n```'), says('done'))],
  ])('tool call: two model calls and four types of events (%s)', async (mode, script) => {
    const toolCallMode = mode as 'native' | 'text';
    const lead = await startLead(script, { toolCallMode }, { echo });
    const reply = await lead.ask('hello');
    expect(lead.model.requests).toHaveLength(2);
    expect(await eventsOf(lead, reply)).toMatchObject([
      { event_type: 'user_message', content: 'hello' },
      { event_type: 'tool_call', content: { tool: 'echo', arguments: { text: 'hi' } } },
      { event_type: 'tool_result', content: { tool: 'echo', result: 'hi' } },
      { event_type: 'agent_response', content: 'done' },
    ]);
  });

  test('order of events: user, tool, delegation, response', async () => {
    const settings = { subAgents: [await worker()] };
    const lead = await startLead(inTurn(ECHO, DIG, says('done')), settings, { echo });
    const reply = await lead.ask();
    expect((await eventsOf(lead, reply)).map(({ event_type }) => event_type)).toEqual([
      'user_message',
      'tool_call',
      'tool_result',
      'delegation_request',
      'delegation_response',
      'agent_response',
    ]);
  });
});

describe('delegation', () => {
  test('remote agent: it is discovered by its card and asked', async () => {
    const remote = await startLead(inTurn(says('dug')), { name: 'worker', description: 'Digs.' });
    const lead = await startLead(inTurn(DIG, says('done')), {
      subAgents: [{ name: 'worker', url: remote.url }],
    });
    await lead.ask();
    expect(lead.model.requests[0]?.tools?.[0]?.function.description).toContain('Digs.');
    const [session] = (await getJson(`${remote.url}/memory/sessions`)).body.sessions;
    expect(await typesOf(remote, session)).toContain('task_delegation_received');
  });

  test('messages: the last is the task, of the role task-delegation', async () => {
    const remote = await worker();
    await (await startLead(inTurn(DIG, says('done')), { subAgents: [remote] })).ask('please');
    expect(remote.requests[0]?.body.messages).toEqual([
      { role: 'user', content: 'please' },
      { role: 'task-delegation', content: 'dig' },
    ]);
  });

  test('context limit 2: no more than three messages are sent', async () => {
    const remote = await worker();
    const lead = await startLead(inTurn(DIG, says('done')), { subAgents: [remote], memoryContextLimit: 2 });
    const messages = Array.from({ length: 9 }, (_, index) => ({
      role: index % 2 === 0 ? 'user' : 'assistant',
      content: `message ${index}`,
    }));
    await lead.ask({ messages });
    expect(remote.requests[0]?.body.messages).toEqual([
      ...messages.slice(-2),
      { role: 'task-delegation', content: 'dig' },
    ]);
  });
});

test('system prompt: tools, agents, the user’s own, and which of them takes precedence', async () => {
  const settings = { toolCallMode: 'text', instructions: 'Lead.', subAgents: [await worker()] } as const;
  const lead = await startLead(inTurn(says('hi')), settings, { echo });
  const system = ['Be brief.', 'Be kind.'].map((content) => ({ role: 'system', content }));
  await lead.ask({ messages: [...system, { role: 'user', content: 'go' }] });
  const messages = lead.model.requests[0]?.messages ?? [];
  expect(messages.map(({ role }) => role)).toEqual(['system', 'user']);
  const prompt = String(messages[0]?.content);
  const parts = [
    '## Agent System Prompt\nLead.',
    '## Available Tools\n- **echo**: Says it again\n  Parameters: {\n',
    '```tool_call\n',
    '## Available Agents for Delegation\n- **worker**: ',
    '```delegate\n',
    '## User-Provided System Prompt\nBe brief.\n\nBe kind.\n\n',
    'the agent system prompt takes precedence.',
  ];
  const places = parts.map((part) => prompt.indexOf(part));
  expect(places).not.toContain(-1);
  expect(places).toEqual([...places].sort((a, b) => a - b));
});

interface Event {
  readonly event_type: string;
  readonly content: unknown;
}

async function eventsIn(lead: Listening, session: string): Promise<Event[]> {
  return (await getJson(`${lead.url}/memory/events?session_id=${session}`)).body.events;
}

async function typesOf(lead: Listening, session: string): Promise<string[]> {
  return (await eventsIn(lead, session)).map(({ event_type }) => event_type);
}

function eventsOf(lead: Lead, { headers }: JsonReply): Promise<Event[]> {
  return eventsIn(lead, headers.get('x-session-id') ?? '');
}

async function worker() {
  const agent = await startScriptedAgent();
  open.push(agent);
  return { ...agent, name: 'worker', url: agent.url };
}

async function startLead(
  script: Script,
  settings: Partial<AgentSettings> = {},
  tools?: Parameters<typeof startLeadWith>[2],
): Promise<Lead> {
  const lead = await startLeadWith(script, settings, tools);
  open.push(lead);
  return lead;
}
