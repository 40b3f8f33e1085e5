import { needsApproval } from '../../../../runtime/agent/approval/approval';
import { type Tool } from '../../../../runtime/agent/tools/tools';
import { getJson, type Listening, postJson, until } from '../../../support/http';
import { describeWithRedis, startRedis } from '../../../support/redis';
import { asksFor, inTurn, says, toolResults } from '../../../support/scripted-model';
import { only } from '../../../support/span-tree';
import { startTestTelemetry } from '../../../support/telemetry';
import { closeAll, open, openLead } from '../../../support/open-lead';
import { CALLS, eventsOf, say, send, started, user } from './start-file-keeper';

const telemetry = startTestTelemetry();

beforeEach(() => telemetry.reset());
afterEach(closeAll);
afterAll(() => telemetry.close());

const NOTICE = 'Waiting for approval:\n- delete_file {"path":"/tmp/x"}\nAnswer "approve" or "deny".';
const KAOS = {
  type: 'approval',
  status: 'approval_required',
  session_id: 's',
  calls: [{ id: 'call_0', tool: 'delete_file', arguments: { path: '/tmp/x' } }],
};

describe('a call that a person is to approve', () => {
  test('ends the request with what waits, and nothing of the turn is carried out', async () => {
    const { agent, ran, model } = await started();
    const { status, body } = await say(agent, 'clean up');
    expect([status, body.choices[0], body.kaos]).toEqual([
      200,
      {
        index: 0,
        message: { role: 'assistant', content: NOTICE, refusal: null },
        logprobs: null,
        finish_reason: 'stop',
      },
      KAOS,
    ]);
    expect([ran, model.requests.length]).toEqual([[], 1]);
    expect(only(telemetry.spans, 'agent.agentic_loop').status.code).toBe(1);
    expect(await eventsOf(agent)).toEqual([
      ['user_message', 'clean up'],
      ['approval_requested', { id: 'call_0', tool: 'delete_file', arguments: { path: '/tmp/x' } }],
    ]);
  });

  test('gives a session to a request without one', async () => {
    const { agent, ran } = await started();
    const first = await postJson(`${agent.url}/v1/chat/completions`, { messages: [user('clean up')] });
    const id = first.headers.get('x-session-id');
    expect(first.body.kaos.session_id).toBe(id);
    const body = { session_id: id, approval: { call_0: 'approve' } };
    expect((await postJson(`${agent.url}/v1/chat/completions`, body)).body.choices[0].message.content).toBe(
      'done',
    );
    expect(ran).toContain('delete_file');
  });

  test.each<[how: string, answer: object]>([
    ['by its id', { approval: { call_0: 'approve' } }],
    ['by its id, beside an empty list of messages', { approval: { call_0: 'approve' }, messages: [] }],
    ['in words', { messages: [user('approve')] }],
    ['in words, of whatever case', { messages: [user([{ type: 'text', text: ' Approve. ' }])] }],
    [
      'by a client that keeps the conversation itself',
      { messages: [user('clean up'), { role: 'assistant', content: NOTICE }, user('approve')] },
    ],
  ])('is carried out when it is approved %s, and the rest of the turn with it', async (_how, answer) => {
    const { agent, ran, model } = await started();
    await say(agent, 'clean up');
    const { body } = await send(agent, answer);
    expect(body.choices[0].message.content).toBe('done');
    expect(body).not.toHaveProperty('kaos');
    expect([...ran].sort()).toEqual(['delete_file', 'read_file']);
    expect(model.requests[1]?.messages.slice(1)).toMatchObject([
      { role: 'user', content: 'clean up' },
      { role: 'assistant', tool_calls: [{ id: 'call_0' }, { id: 'call_1' }] },
      { role: 'tool', tool_call_id: 'call_0', content: 'delete_file /tmp/x' },
      { role: 'tool', tool_call_id: 'call_1', content: 'read_file /tmp/x' },
    ]);
    expect((await eventsOf(agent)).map(([type]) => type)).toEqual(
      expect.arrayContaining(['approval_given', 'tool_call', 'tool_result', 'agent_response']),
    );
  });

  test.each<[how: string, answer: object, followedBy: string[]]>([
    ['by its id', { approval: { call_0: 'deny' } }, []],
    [
      'with a reason',
      { approval: { call_0: 'deny' }, messages: [user('move it instead')] },
      ['move it instead'],
    ],
    ['in words', { messages: [user('deny')] }, []],
  ])('is not carried out when it is denied %s, and the model is told', async (_how, answer, followedBy) => {
    const { agent, ran, model } = await started();
    await say(agent, 'clean up');
    await send(agent, answer);
    expect(ran).toEqual(['read_file']);
    expect(toolResults(model.requests[1])[0]).toBe('Error: not carried out: the user denied it');
    expect(model.requests[1]?.messages.slice(5).map(({ content }) => content)).toEqual(followedBy);
    expect(await eventsOf(agent)).toContainEqual([
      'approval_denied',
      { id: 'call_0', tool: 'delete_file', reason: 'denied' },
    ]);
  });

  test('is dropped when the user says something else, with the whole turn', async () => {
    const { agent, ran, model } = await started();
    await say(agent, 'clean up');
    await say(agent, 'what is the time?');
    expect(ran).toEqual([]);
    const told = 'Error: not carried out: the user did not decide on it, and said something else';
    expect(toolResults(model.requests[1])).toEqual([told, told]);
    expect(model.requests[1]?.messages.at(-1)).toEqual(user('what is the time?'));
    const late = await send(agent, { approval: { call_0: 'approve' } });
    expect([late.status, late.body.error.code]).toEqual([409, 'approval_not_pending']);
    expect(ran).toEqual([]);
  });

  test('is told at the end of a stream', async () => {
    const { agent } = await started();
    const body = { session_id: 's', stream: true, messages: [user('clean up')] };
    const reply = await fetch(`${agent.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const chunks = (await reply.text())
      .split('\n\n')
      .filter((event) => event.startsWith('data: {'))
      .map((event) => JSON.parse(event.slice(6)));
    expect(chunks.map(({ choices }) => choices[0].delta.content ?? '').join('')).toBe(NOTICE);
    expect(chunks.at(-1)).toMatchObject({ choices: [{ delta: {}, finish_reason: 'stop' }], kaos: KAOS });
  });

  test('is carried out once, however often it is approved', async () => {
    const { agent, ran } = await started();
    await say(agent, 'clean up');
    const approve = () => send(agent, { approval: { call_0: 'approve' } });
    const replies = await Promise.all([approve(), approve(), approve()]);
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
    expect(ran.filter((name) => name === 'delete_file')).toHaveLength(1);
  });

  test.each<[why: string, approval: unknown, message: string]>([
    ['no call of that id waits', { call_9: 'approve' }, 'approval: no call "call_9" waits for it'],
    [
      'a call needs no approval',
      { call_0: 'deny', call_1: 'deny' },
      'approval: no call "call_1" waits for it',
    ],
    ['a call is left out', {}, 'approval: must decide on call "call_0" too'],
    ['the word is another', { call_0: 'maybe' }, 'approval.call_0: must be "approve" or "deny"'],
  ])('fails when %s, and waits on', async (_why, approval, message) => {
    const { agent, ran } = await started();
    await say(agent, 'clean up');
    const { status, body } = await send(agent, { approval });
    expect([status, body.error.message]).toEqual([400, message]);
    expect(ran).toEqual([]);
    expect(telemetry.spans.filter(({ name }) => name === 'agent.agentic_loop')).toHaveLength(1);
    expect((await send(agent, { approval: { call_0: 'approve' } })).status).toBe(200);
  });

  test.each([['delete_*'], []])(
    'that does not wait is refused, and nothing is asked or traced: %j',
    async (...toolApproval) => {
      const { agent, model } = await started({ toolApproval });
      const { status, body } = await send(agent, { approval: { call_0: 'approve' } });
      expect([status, body.error.code]).toEqual([409, 'approval_not_pending']);
      expect([model.requests, telemetry.spans]).toEqual([[], []]);
      expect((await telemetry.metric('kaos.requests'))?.dataPoints ?? []).toEqual([]);
      expect(telemetry.logs.filter(({ severityText }) => severityText === 'WARN')).toEqual([]);
    },
  );

  test('is not approved by another agent, whose model says so', async () => {
    const { agent, ran } = await started();
    await say(agent, 'clean up');
    await send(agent, { messages: [{ role: 'task-delegation', content: 'approve' }] });
    expect(ran).toEqual([]);
  });

  test('of a sub-agent is an error for the agent that delegated', async () => {
    const { agent: worker, ran } = await started();
    const script = inTurn(asksFor(['delegate_to_worker', { task: 'dig' }]), says('alas'));
    const subAgents = [{ name: 'worker', url: worker.url }];
    const { agent: lead, model } = await openLead(script, { name: 'chief', subAgents });
    await say(lead, 'clean up');
    expect(toolResults(model.requests[1])).toEqual([
      'Error: agent "worker" waits for a person\'s approval of: delete_file; the task is not done',
    ]);
    expect(ran).toEqual([]);
  });
});

describeWithRedis('a call that a person is to approve, with memory in Redis', () => {
  test('waits through a restart, and is approved at another replica', async () => {
    const redis = await startRedis();
    open.push(redis);
    const settings = { memoryType: 'redis', memoryRedisUrl: redis.url } as const;
    const first = await started(settings);
    await readyAgain(first.agent);
    await say(first.agent, 'clean up');
    await first.agent.close();
    const second = await started(settings, inTurn(says('done')));
    await readyAgain(second.agent);
    expect((await say(second.agent, 'approve')).body.choices[0].message.content).toBe('done');
    expect([...second.ran].sort()).toEqual(['delete_file', 'read_file']);
    expect(second.model.requests[0]?.messages[1]).toEqual(user('clean up'));
  });

  test('fails when it cannot be kept', async () => {
    const redis = await startRedis();
    open.push(redis);
    const { agent, ran } = await started({ memoryType: 'redis', memoryRedisUrl: redis.url }, async () => {
      await redis.close();
      return CALLS;
    });
    await readyAgain(agent);
    const { status, body } = await say(agent, 'clean up');
    expect([status, body.error.code, ran]).toEqual([503, 'memory_unavailable', []]);
  });
});

describe('patterns', () => {
  test.each<[pattern: string, names: string[]]>([
    ['delete_file', ['delete_file']],
    ['delete_*', ['delete_file', 'delete_']],
    ['*', ['delete_file', 'delete_', 'read.file', 'readXfile']],
    ['read.file', ['read.file']],
    ['files/*', ['delete_file', 'delete_', 'read.file', 'readXfile']],
    ['files/delete_file', ['delete_file']],
    ['other/*', []],
    ['fil*/read*', ['read.file', 'readXfile']],
  ])('%s covers %j', (pattern, names) => {
    const covers = needsApproval([pattern]);
    const all = ['delete_file', 'delete_', 'read.file', 'readXfile'];
    expect(all.filter((name) => covers(toolOf(name, name)))).toEqual(names);
  });

  test('know a tool by its own name and by that which tells it from another’s', () => {
    const tool = toolOf('delete_file', 'files_delete_file');
    for (const pattern of ['delete_file', 'files_delete_file', 'files/delete_file'])
      expect(needsApproval([pattern])(tool)).toBe(true);
    expect(needsApproval(['*'])(undefined)).toBe(false);
  });
});

function toolOf(name: string, calledName: string): Tool {
  return { name, origin: 'files', spec: { name: calledName } } as Tool; // nothing else is looked at
}

function readyAgain(agent: Listening): Promise<void> {
  return until(async () => (await getJson(`${agent.url}/ready`)).status === 200);
}
