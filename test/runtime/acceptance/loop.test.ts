import { z } from 'zod';
import { tool } from '../../../runtime/mcp-server/tool';
import { type AgentSettings } from '../../../runtime/contract';
import { openStream, readStream } from '../../support/chat-stream';
import { getJson, type Listening, postJson, signalled } from '../../support/http';
import { startLead as startLeadWith } from '../../support/lead';
import { asksFor, BREAK_OFF, inTurn, says, type Script, toolResults } from '../../support/scripted-model';
import { startScriptedMCP } from '../../support/scripted-mcp';
import { only } from '../../support/span-tree';
import { chunk } from '../../support/streamed-completion';
import { pointsOf, startTestTelemetry } from '../../support/telemetry';

/**
 * What the original neither does nor tests, as far as the loop is concerned; each case by its number there.
 */
const telemetry = startTestTelemetry();
const open: Listening[] = [];

beforeEach(() => telemetry.reset());
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});
afterAll(() => telemetry.close());

const QUESTION = { messages: [{ role: 'user', content: 'go' }] };
const NEVER = new Promise<never>(() => undefined);
const DIG = asksFor(['delegate_to_worker', { task: 'dig' }]);

describe('case 2: a model that fails', () => {
  const FAILURES: [what: string, script: Script, settings: Partial<AgentSettings>][] = [
    ['with 500', () => ({ status: 500, body: 'at 10.0.0.7' }), {}],
    ['with 429', () => ({ status: 429, body: 'slow down' }), {}],
    ['by saying nothing in time', () => NEVER, { modelTimeoutMs: 50 }],
  ];

  test.each(FAILURES)(
    '%s is an error of OpenAI’s shape, streamed or not',
    async (_what, script, settings) => {
      const lead = await startLead(script, settings);
      const reply = await lead.ask();
      expect(reply.status).toBeGreaterThanOrEqual(400);
      expect(reply.body).toEqual({
        error: { message: expect.any(String), type: 'api_error', param: null, code: expect.any(String) },
      });
      expect(JSON.stringify(reply.body)).not.toContain('10.0.0.7');
      // Nothing was sent yet, so that the stream is refused as a whole.
      expect((await openStream(lead.url, QUESTION)).status).toBe(reply.status);
    },
  );

  test('in the middle of a stream is an error event, and no end', async () => {
    const lead = await startLead(() => ({ events: [chunk({ content: 'half' }), BREAK_OFF] }));
    const { status, chunks, done } = await readStream(lead.url, QUESTION);
    expect([status, done]).toEqual([200, false]);
    expect(chunks.at(-1)).toEqual({
      error: { message: expect.any(String), type: 'api_error', param: null, code: 'model_failed' },
    });
  });

  test.each(FAILURES)(
    '%s fails the delegation, in span, metric and memory',
    async (_what, script, settings) => {
      const worker = await startLead(script, { name: 'worker', ...settings });
      const subAgents = [{ name: 'worker', url: worker.url }];
      const lead = await startLead(inTurn(DIG, says('no luck')), { subAgents });
      const reply = await lead.ask();
      expect(reply.body.choices[0].message.content).toBe('no luck');
      expect(only(telemetry.spans, 'delegate.worker').status.code).toBe(2);
      expect(pointsOf(await telemetry.metric('kaos.delegations'))).toEqual([
        { labels: { 'agent.name': 'lead', success: 'false', target: 'worker' }, value: 1 },
      ]);
      const { types } = await eventsOf(lead, reply);
      expect(types).toEqual(['user_message', 'delegation_request', 'delegation_error', 'agent_response']);
      expect(toolResults(lead.model.requests[1])).toEqual([
        expect.stringMatching(/^Error: agent "worker" failed/),
      ]);
    },
  );
});

describe('case 3: a session', () => {
  test('is shared by requests that name it, and named in replies', async () => {
    const lead = await startLead(inTurn(says('Hello Ada.'), says('Ada.')));
    const first = await lead.ask({ ...QUESTION, session_id: 'ours' });
    const second = await lead.ask('my name?', { 'x-session-id': 'ours' });
    expect([first, second].map(({ headers }) => headers.get('x-session-id'))).toEqual(['ours', 'ours']);
    expect(first.body.session_id).toBe('ours');
    expect(lead.model.requests[1]?.messages.slice(1)).toEqual([
      ...QUESTION.messages,
      { role: 'assistant', content: 'Hello Ada.' },
      { role: 'user', content: 'my name?' },
    ]);
  });

  test('that nobody knows begins with the request', async () => {
    const lead = await startLead(inTurn(says('hi')));
    expect((await lead.ask('go', { 'x-session-id': 'unheard-of' })).status).toBe(200);
    expect(lead.model.requests[0]?.messages).toHaveLength(2);
    expect((await getJson(`${lead.url}/memory/sessions`)).body.sessions).toEqual(['unheard-of']);
  });

  test('is shown to those alone who may chat', async () => {
    const lead = await startLead(inTurn(says('hi')), { apiKeys: ['not-a-key'] });
    const paths = ['/memory/events', '/memory/sessions'];
    const statuses = async (headers: Record<string, string>) => [
      (await postJson(`${lead.url}/v1/chat/completions`, QUESTION, headers)).status,
      ...(await Promise.all(paths.map(async (path) => (await fetch(lead.url + path, { headers })).status))),
    ];
    expect(await statuses({})).toEqual([401, 401, 401]);
    expect(await statuses({ authorization: 'Bearer not-a-key' })).toEqual([200, 200, 200]);
  });
});

describe('case 7: a tool’s result', () => {
  test('that is an error is told as one, logged and counted as a failure', async () => {
    const { lead, reply } = await look({ isError: true, content: [{ type: 'text', text: 'out of paper' }] });
    expect(toolResults(lead.model.requests[1])).toEqual(['Error: out of paper']);
    const { types, events } = await eventsOf(lead, reply);
    expect(types).toEqual(['user_message', 'tool_call', 'tool_error', 'agent_response']);
    expect(events[2].content).toEqual({ tool: 'look', error: 'out of paper' });
    expect(pointsOf(await telemetry.metric('kaos.tool.calls'))).toEqual([
      { labels: { 'agent.name': 'lead', success: 'false', tool: 'look' }, value: 1 },
    ]);
  });

  test('of several blocks is told with all of them', async () => {
    const resource = { uri: 'file:///a', text: 'three' };
    const content = [
      { type: 'text', text: 'one' },
      { type: 'image', data: 'AA==', mimeType: 'image/png' },
      { type: 'resource', resource },
    ];
    const { lead } = await look({ content });
    expect(toolResults(lead.model.requests[1])).toEqual(['one\n[image image/png, not shown]\nthree']);
  });

  async function look(result: object) {
    const server = await startScriptedMCP({ 'tools/call': () => ({ result }) });
    open.push(server);
    const mcpServers = [{ name: 'search', url: server.url }];
    const lead = await startLead(inTurn(asksFor(['look', {}]), says('done')), { mcpServers });
    return { lead, reply: await lead.ask() };
  }
});

describe('case 9: bounds', () => {
  const meeting = () => {
    const [first, second] = [signalled(), signalled()];
    return {
      first: waitingTool(() => (first.happen(), second.happened)),
      second: waitingTool(() => (second.happen(), first.happened)),
    };
  };

  test('two tool calls of one turn run at once, each in a span of its own', async () => {
    // Each ends when the other has begun.
    const lead = await startLead(inTurn(asksFor(['first', {}], ['second', {}]), says('done')), {}, meeting());
    expect((await lead.ask()).status).toBe(200);
    const [first, second] = ['tool.first', 'tool.second'].map((name) => only(telemetry.spans, name));
    expect(first?.parentSpanContext?.spanId).toBe(second?.parentSpanContext?.spanId);
    expect(first?.spanContext().spanId).not.toBe(second?.spanContext().spanId);
  });

  test.each<[what: string, settings: Partial<AgentSettings>, headers: Record<string, string>, code: string]>([
    ['steps', { maxSteps: 2 }, {}, 'max_steps_reached'],
    ['steps of all agents', { maxTotalSteps: 2 }, {}, 'max_total_steps_reached'],
    ['tool calls', { maxToolCalls: 2 }, {}, 'max_tool_calls_reached'],
    ['tokens', { maxTokens: 30 }, {}, 'max_tokens_reached'],
    ['time', { requestTimeoutMs: 1 }, {}, 'deadline_exceeded'],
    ['depth', { maxDelegationDepth: 1 }, { 'x-kaos-ancestors': 'a,b' }, 'delegation_too_deep'],
    ['circles', {}, { 'x-kaos-ancestors': 'a,lead' }, 'delegation_cycle'],
  ])('%s have an error of their own', async (_what, settings, headers, code) => {
    const tools = { again: waitingTool(() => Promise.resolve()) };
    const lead = await startLead(inTurn(asksFor(['again', {}])), { maxSteps: 9, ...settings }, tools);
    const reply = await lead.ask('go', headers);
    expect([reply.status, reply.body.error.code]).toEqual([code === 'deadline_exceeded' ? 504 : 422, code]);
    expect(reply.body.error.type).toBe('agent_error');
  });
});

function waitingTool(wait: () => Promise<unknown>) {
  return tool({ description: 'Waits', input: z.object({}), handler: () => wait().then(() => 'done') });
}

async function eventsOf(lead: Listening, { headers }: { readonly headers: Headers }) {
  const session = headers.get('x-session-id') ?? '';
  const { events } = (await getJson(`${lead.url}/memory/events?session_id=${session}`)).body;
  return { events, types: events.map(({ event_type }: { event_type: string }) => event_type) };
}

async function startLead(
  script: Script,
  settings: Partial<AgentSettings> = {},
  tools?: Parameters<typeof startLeadWith>[2],
) {
  const lead = await startLeadWith(script, settings, tools);
  open.push(lead);
  return lead;
}
