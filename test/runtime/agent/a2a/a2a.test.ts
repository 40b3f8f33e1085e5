import { Task, TaskState } from '@a2a-js/sdk';
import { z } from 'zod';
import { tool } from '../../../../runtime/mcp-server/tool';
import {
  a2aClient,
  answerOf,
  request,
  send,
  shortly,
  stateOf,
  textOf,
  userMessage,
} from '../../../support/a2a-client';
import { getJson, type Listening, postJson, signalled, until } from '../../../support/http';
import { startAgent, startToolServer } from '../../../support/in-process';
import { describeWithRedis, startRedis } from '../../../support/redis';
import { asksFor, inTurn, says, type Script, startScriptedModel } from '../../../support/scripted-model';
import { only } from '../../../support/span-tree';
import { chunk, DONE } from '../../../support/streamed-completion';
import { startTestTelemetry } from '../../../support/telemetry';

const telemetry = startTestTelemetry();
const open: { close(): Promise<void> }[] = [];
const complaints = jest.spyOn(console, 'error');

beforeEach(() => telemetry.reset());
afterEach(async () => {
  for (const part of open.splice(0)) await part.close();
  expect(complaints).not.toHaveBeenCalled();
  complaints.mockClear();
});
afterAll(() => telemetry.close());

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

describe.each(['1.0', '0.3'] as const)('the official client, by A2A %s,', (version) => {
  test('sends a message and gets a task with the answer', async () => {
    const { agent, model } = await started();
    const client = await a2aClient(agent.url, { version });
    const task = await send(client, userMessage('hi'));
    expect([stateOf(task), answerOf(task)]).toEqual(['COMPLETED', 'hello there']);
    expect(model.requests[0]?.messages.at(-1)).toEqual({ role: 'user', content: 'hi' });
    const again = await client.getTask({ tenant: '', id: task.id });
    expect([again.id, stateOf(again), answerOf(again)]).toEqual([task.id, 'COMPLETED', 'hello there']);
    expect(again.history.map(({ parts }) => textOf(parts))).toEqual(['hi']);
  });

  test('gets the answer piece by piece', async () => {
    const { agent, model } = await started();
    const client = await a2aClient(agent.url, { version });
    const events = [];
    for await (const event of client.sendMessageStream(request(userMessage('hi'))))
      events.push(shortly(event));
    expect([events[0], events.at(-1)]).toEqual(['task WORKING', 'COMPLETED']);
    const pieces = events.slice(1, -1);
    expect(pieces.length).toBeGreaterThan(2);
    expect(pieces.map((piece) => JSON.parse(piece)).join('')).toBe('hello there');
    expect(model.requests[0]?.stream).toBe(true);
    const { tasks } = version === '1.0' ? await client.listTasks(ALL_TASKS) : { tasks: [] };
    // What came in pieces is kept in one.
    for (const task of tasks) expect(task.artifacts[0]?.parts).toHaveLength(1);
  });

  test('goes on with a conversation by its context', async () => {
    const { agent, model } = await started();
    const client = await a2aClient(agent.url, { version });
    const { contextId, id } = await send(client, userMessage('I am Ada'));
    const second = await send(client, userMessage('who am I?', { contextId }));
    expect([second.contextId, second.id === id]).toEqual([contextId, false]);
    expect(model.requests[1]?.messages.slice(1).map(({ content }) => content)).toEqual([
      'I am Ada',
      'hello there',
      'who am I?',
    ]);
    const { body } = await getJson(`${agent.url}/memory/events?session_id=${contextId}`);
    expect(body.total).toBe(4);
  });

  test('cancels a task, and the model call in it', async () => {
    const { agent, model } = await started({}, () => new Promise(() => undefined));
    const client = await a2aClient(agent.url, { version });
    const task = await send(client, userMessage('hi'), true);
    expect(stateOf(task)).toBe('WORKING');
    await until(() => model.requests.length === 1);
    const startedAt = performance.now();
    const canceled = await client.cancelTask({ tenant: '', id: task.id, metadata: undefined });
    await model.hungUp;
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    expect(stateOf(canceled)).toBe('CANCELED');
    const loop = await telemetry.span('agent.agentic_loop');
    expect(loop.attributes['kaos.cancelled']).toBe(true);
    expect(stateOf(await client.getTask({ tenant: '', id: task.id }))).toBe('CANCELED');
  });

  test('approves of a call when input is required, in words and by its id', async () => {
    const ran: string[] = [];
    const files = await startToolServer('files', {
      wipe: tool({
        description: 'Wipes',
        input: z.object({}),
        handler: () => {
          ran.push('wipe');
          return 'wiped';
        },
      }),
    });
    const script = inTurn(asksFor(['wipe', {}]), says('done'), asksFor(['wipe', {}]), says('done again'));
    const mcpServers = [{ name: 'files', url: files.url }];
    const { agent } = await started({ mcpServers, toolApproval: ['files/*'] }, script);
    open.push(files);
    const client = await a2aClient(agent.url, { version });
    const first = await send(client, userMessage('clean up'));
    expect(stateOf(first)).toBe('INPUT_REQUIRED');
    expect(textOf(first.status?.message?.parts ?? [])).toContain('Waiting for approval:\n- wipe {}');
    expect([ran, answerOf(first)]).toEqual([[], '']);
    const { contextId, id: taskId } = first;
    const data = (approval: object) => [
      {
        content: { $case: 'data' as const, value: { approval } },
        metadata: undefined,
        filename: '',
        mediaType: '',
      },
    ];
    const wrong = await send(
      client,
      userMessage('', { contextId, taskId, parts: data({ call_7: 'approve' }) }),
    );
    expect([stateOf(wrong), textOf(wrong.status?.message?.parts ?? [])]).toEqual([
      'INPUT_REQUIRED',
      'approval: no call "call_7" waits for it',
    ]);
    const done = await send(
      client,
      userMessage('', { contextId, taskId, parts: data({ call_0: 'approve' }) }),
    );
    expect([done.id, stateOf(done), answerOf(done), ran]).toEqual([taskId, 'COMPLETED', 'done', ['wipe']]);

    const second = await send(client, userMessage('again', { contextId }));
    const events = [];
    const approve = userMessage('approve', { contextId, taskId: second.id });
    for await (const event of client.sendMessageStream(request(approve))) events.push(shortly(event));
    expect([events.at(0), events.at(-1), ran.length]).toEqual(['task WORKING', 'COMPLETED', 2]);
  });

  test.each<
    [what: string, code: number, call: (client: Awaited<ReturnType<typeof a2aClient>>) => Promise<unknown>]
  >([
    ['a task that is not there', -32001, (client) => client.getTask({ tenant: '', id: 'nope' })],
    [
      'a message to a task that is not there',
      -32001,
      (client) => client.sendMessage(request(userMessage('hi', { taskId: 'nope' }))),
    ],
    [
      'the end of a task that has ended',
      -32002,
      async (client) => {
        const { id } = await send(client, userMessage('hi'));
        return client.cancelTask({ tenant: '', id, metadata: undefined });
      },
    ],
    [
      'a context that no session may be called',
      -32602,
      (client) => client.sendMessage(request(userMessage('hi', { contextId: '../x' }))),
    ],
    ['nothing', -32602, (client) => client.sendMessage(request(userMessage('', { parts: [] })))],
  ])('is told by its code that it asked for %s', async (_what, code, call) => {
    const { agent } = await started();
    const client = await a2aClient(agent.url, { version });
    await expect(call(client)).rejects.toMatchObject({ envelopeCode: code });
  });

  test('shows its key, or is refused before anything is looked at', async () => {
    const { agent, model } = await started({ apiKeys: ['not-a-key'] });
    const stranger = await a2aClient(agent.url, { version });
    await expect(send(stranger, userMessage('hi'))).rejects.toThrow('401');
    expect(model.requests).toEqual([]);
    const client = await a2aClient(agent.url, { version, headers: { authorization: 'Bearer not-a-key' } });
    expect(stateOf(await send(client, userMessage('hi')))).toBe('COMPLETED');
    const card = await client.getAgentCard();
    expect(Object.values(card.securitySchemes)).toMatchObject([
      version === '1.0'
        ? { scheme: { $case: 'httpAuthSecurityScheme', value: { scheme: 'Bearer' } } }
        : { scheme: { value: { scheme: 'bearer' } } },
    ]);
  });
});

describe('a task', () => {
  test('that fails says why, and nothing of the inside', async () => {
    const { agent } = await started({}, () => ({ status: 500, body: 'http://10.0.0.7' }));
    const task = await send(await a2aClient(agent.url), userMessage('hi'));
    expect(stateOf(task)).toBe('FAILED');
    expect(JSON.stringify(task.status)).toContain('the model gateway answered 500');
    expect(JSON.stringify(task)).not.toContain('10.0.0.7');
  });

  test('goes on the trace of its caller, whether it streams or not, and says which it is', async () => {
    const { agent } = await started();
    const headers = { traceparent: TRACEPARENT, 'a2a-version': '1.0' };
    const parts = [{ text: 'hi' }];
    for (const method of ['SendMessage', 'SendStreamingMessage']) {
      await telemetry.reset();
      const message = { messageId: '1', role: 'ROLE_USER', parts };
      const reply = await fetch(`${agent.url}/a2a`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { message } }),
      });
      await reply.text();
      const loop = only(telemetry.spans, 'agent.agentic_loop');
      expect([loop.spanContext().traceId, loop.parentSpanContext?.spanId]).toEqual([
        TRACEPARENT.slice(3, 35),
        TRACEPARENT.slice(36, 52),
      ]);
      expect(reply.headers.get('traceresponse')).toContain(TRACEPARENT.slice(3, 35));
      expect(loop.attributes.stream).toBe(method === 'SendStreamingMessage');
    }
  });

  test('ends with a client that waited for the whole of it', async () => {
    const { agent, model } = await started({}, () => new Promise(() => undefined));
    const client = await a2aClient(agent.url);
    const leaving = new AbortController();
    const reply = client.sendMessage(request(userMessage('hi')), { signal: leaving.signal });
    await until(() => model.requests.length === 1);
    leaving.abort();
    await expect(reply).rejects.toThrow();
    await model.hungUp;
  });

  test('outlives the stream of a client, who may come back to it', async () => {
    const go = signalled();
    const { agent, model } = await started({}, async () => {
      await go.happened;
      return says('hello there');
    });
    const client = await a2aClient(agent.url);
    const leaving = new AbortController();
    const stream = client.sendMessageStream(request(userMessage('hi')), { signal: leaving.signal });
    const first = (await stream.next()).value;
    const id = first?.payload?.$case === 'task' ? first.payload.value.id : '';
    await until(() => model.requests.length === 1);
    leaving.abort();
    await expect(stream.next()).rejects.toThrow();
    const events: string[] = [];
    for await (const event of client.resubscribeTask({ tenant: '', id })) {
      events.push(shortly(event));
      go.happen();
    }
    expect([events[0], events.at(-1)]).toEqual(['task WORKING', 'COMPLETED']);
    expect(answerOf(await client.getTask({ tenant: '', id }))).toBe('hello there');
  });

  test('is not written out with each piece of its answer', async () => {
    const words = Array.from({ length: 200 }, (_, index) => `${index} `);
    const go = signalled();
    const { agent } = await started({}, () => ({
      events: (async function* () {
        for (const content of words) yield chunk({ content });
        await go.happened;
        yield chunk({}, 'stop');
        yield DONE;
      })(),
    }));
    const client = await a2aClient(agent.url);
    const written = jest.spyOn(Task, 'toJSON');
    const pieces: string[] = [];
    for await (const event of client.sendMessageStream(request(userMessage('hi')))) {
      pieces.push(shortly(event));
      if (pieces.length !== words.length + 1) continue;
      // Whoever asks meanwhile sees all that was said, and what they leave out is there for others.
      const taskId = event.payload?.$case === 'artifactUpdate' ? event.payload.value.taskId : '';
      const asked = await client.getTask({ tenant: '', id: taskId, historyLength: 0 });
      expect([asked.history, stateOf(asked)]).toEqual([[], 'WORKING']);
      expect(answerOf(await client.getTask({ tenant: '', id: taskId }))).toBe(words.join(''));
      go.happen();
    }
    expect(pieces).toHaveLength(words.length + 3);
    expect(written.mock.calls.length).toBeLessThan(10);
    written.mockRestore();
    const [task] = (await client.listTasks(ALL_TASKS)).tasks;
    expect(task && [answerOf(task), task.history.length]).toEqual([words.join(''), 1]);
  });

  test('takes no second message while it is worked on', async () => {
    const { agent } = await started({}, () => new Promise(() => undefined));
    const client = await a2aClient(agent.url);
    const { id: taskId, contextId } = await send(client, userMessage('hi'), true);
    await expect(send(client, userMessage('more', { taskId, contextId }))).rejects.toMatchObject({
      envelopeCode: -32004,
    });
    await client.cancelTask({ tenant: '', id: taskId, metadata: undefined });
  });

  test('that is canceled while it waits for approval is not approved any more', async () => {
    const wipe = tool({
      description: 'Wipes',
      input: z.object({}),
      handler: () => Promise.reject(new Error('ran')),
    });
    const files = await startToolServer('files', { wipe });
    const mcpServers = [{ name: 'files', url: files.url }];
    const script = inTurn(asksFor(['wipe', {}]), says('done'));
    const { agent, model } = await started({ mcpServers, toolApproval: ['wipe'] }, script);
    open.push(files);
    const client = await a2aClient(agent.url);
    const { id, contextId } = await send(client, userMessage('clean up'));
    expect(stateOf(await client.cancelTask({ tenant: '', id, metadata: undefined }))).toBe('CANCELED');
    await send(client, userMessage('approve', { contextId }));
    expect(model.requests[1]?.messages.at(-1)).toEqual({ role: 'user', content: 'approve' });
    expect(telemetry.spans.filter(({ name }) => name === 'tool.wipe')).toEqual([]);
  });

  test('says that it lives while there is nothing to say', async () => {
    const go = signalled();
    const { agent } = await started({ streamHeartbeatMs: 5 }, async () => {
      await go.happened;
      return says('late');
    });
    const client = await a2aClient(agent.url);
    const message = request(userMessage('hi'));
    const body = { jsonrpc: '2.0', id: 1, method: 'message/stream', params: { message: OLD_MESSAGE } };
    const reply = await fetch(`${agent.url}/a2a`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    let said = '';
    for await (const chunk of reply.body ?? []) {
      said += Buffer.from(chunk).toString();
      if (said.includes(': still here')) go.happen();
    }
    expect(said).toContain('late');
    const events = [];
    for await (const event of client.sendMessageStream(message)) events.push(shortly(event));
    expect(events.at(-1)).toBe('COMPLETED');
  });
});

describe('the endpoint refuses', () => {
  const RPC = { jsonrpc: '2.0', id: 7 };
  test.each<[what: string, body: unknown, code: number, headers?: Record<string, string>]>([
    ['what is no JSON', '{', -32700],
    ['an unknown method', { ...RPC, method: 'Nope', params: {} }, -32601, { 'a2a-version': '1.0' }],
    ['an unknown method of old', { ...RPC, method: 'nope', params: {} }, -32601],
    [
      'a version that it does not speak',
      { ...RPC, method: 'GetTask', params: {} },
      -32009,
      { 'a2a-version': '9.9' },
    ],
    ['no parameters', { ...RPC, method: 'SendMessage' }, -32602, { 'a2a-version': '1.0' }],
    [
      'parts that are none',
      { ...RPC, method: 'SendMessage', params: { message: { messageId: '1', parts: [null] } } },
      -32602,
      { 'a2a-version': '1.0' },
    ],
    [
      'parts that are none, of old',
      { ...RPC, method: 'message/send', params: { message: { parts: 'x' } } },
      -32602,
    ],
    [
      'a file that no model reads',
      {
        ...RPC,
        method: 'SendMessage',
        params: { message: { messageId: '1', parts: [{ raw: 'AA==', mediaType: 'application/zip' }] } },
      },
      -32005,
      { 'a2a-version': '1.0' },
    ],
    [
      'a webhook',
      { ...RPC, method: 'CreateTaskPushNotificationConfig', params: { taskId: 't', url: 'http://x' } },
      -32003,
      { 'a2a-version': '1.0' },
    ],
  ])('%s', async (_what, body, code, headers = {}) => {
    const { agent, model } = await started();
    const reply = await postJson(`${agent.url}/a2a`, body, headers);
    expect(reply.body).toMatchObject({ jsonrpc: '2.0', error: { code } });
    expect(reply.status).toBeLessThan(500);
    expect(model.requests).toEqual([]);
  });
});

describe('cards', () => {
  test('of both versions name the address, the tools and nothing that strangers should not know', async () => {
    const echo = tool({
      description: 'Echoes',
      input: z.object({ text: z.string() }),
      handler: ({ text }) => text,
    });
    const files = await startToolServer('files', { echo });
    const { agent } = await started({
      description: 'Leads',
      mcpServers: [{ name: 'files', url: files.url }],
    });
    open.push(files);
    await send(await a2aClient(agent.url), userMessage('hi'));
    const url = `${agent.url}/a2a`;
    for (const path of ['/.well-known/agent-card.json', '/.well-known/agent.json']) {
      const old = (await getJson(agent.url + path)).body;
      expect(old).toMatchObject({
        name: 'lead',
        description: 'Leads',
        protocolVersion: '0.3',
        url,
        preferredTransport: 'JSONRPC',
        capabilities: { streaming: true, pushNotifications: false },
        skills: [
          { id: 'lead', description: 'Leads', tags: ['agent'] },
          { id: 'echo', description: 'Echoes', tags: ['tool'], inputSchema: { type: 'object' } },
        ],
      });
      expect(old).not.toHaveProperty('security');
      const reply = await getJson(agent.url + path, { 'a2a-version': '1.0' });
      expect(reply.headers.get('vary')).toBe('a2a-version');
      const card = reply.body;
      expect(card.supportedInterfaces).toEqual([
        { url, protocolBinding: 'JSONRPC', protocolVersion: '1.0' },
        { url, protocolBinding: 'JSONRPC', protocolVersion: '0.3' },
      ]);
      expect(card.skills[1]).toEqual({ id: 'echo', name: 'echo', description: 'Echoes', tags: ['tool'] });
      expect(card).not.toHaveProperty('url');
    }
    expect(JSON.stringify(await getJson(`${agent.url}/.well-known/agent`))).not.toContain('a2a');
  });

  test.each<[how: string, publicUrl: string | undefined, headers: Record<string, string>, base: string]>([
    [
      'that a proxy tells of',
      undefined,
      {
        'x-forwarded-proto': 'https',
        'x-forwarded-host': 'a.example.com',
        'x-forwarded-prefix': '/agents/lead',
      },
      'https://a.example.com/agents/lead',
    ],
    [
      'that was configured',
      'https://b.example.com/lead/',
      { 'x-forwarded-host': 'c' },
      'https://b.example.com/lead',
    ],
  ])('have the address %s', async (_how, publicUrl, headers, base) => {
    const { agent } = await started({ publicUrl });
    const { body } = await getJson(`${agent.url}/.well-known/agent-card.json`, headers);
    expect(body.url).toBe(`${base}/a2a`);
  });
});

describeWithRedis('tasks in Redis', () => {
  test('are found, and canceled, at another replica, and survive a restart', async () => {
    const redis = await startRedis();
    open.push(redis);
    const settings = { memoryType: 'redis', memoryRedisUrl: redis.url } as const;
    const one = await started(settings, ({ messages }) =>
      messages.at(-1)?.content === 'hi' ? says('hello there') : new Promise(() => undefined),
    );
    const other = await started(settings);
    for (const { agent } of [one, other])
      await until(async () => (await getJson(`${agent.url}/ready`)).status === 200);
    const [client, elsewhere] = [await a2aClient(one.agent.url), await a2aClient(other.agent.url)];
    const done = await send(client, userMessage('hi'));
    expect(answerOf(await elsewhere.getTask({ tenant: '', id: done.id }))).toBe('hello there');

    const { id } = await send(client, userMessage('wait'), true);
    await until(() => one.model.requests.length === 2);
    expect(stateOf(await elsewhere.getTask({ tenant: '', id }))).toBe('WORKING');
    expect(stateOf(await elsewhere.cancelTask({ tenant: '', id, metadata: undefined }))).toBe('CANCELED');
    await one.model.hungUp;
    expect(stateOf(await client.getTask({ tenant: '', id }))).toBe('CANCELED');
    const { tasks } = await elsewhere.listTasks(ALL_TASKS);
    expect(tasks.map(stateOf).sort()).toEqual(['CANCELED', 'COMPLETED']);
  });
});

const ALL_TASKS = {
  tenant: '',
  contextId: '',
  status: TaskState.TASK_STATE_UNSPECIFIED,
  pageToken: '',
  statusTimestampAfter: undefined,
  includeArtifacts: true,
};

const OLD_MESSAGE = { kind: 'message', messageId: '1', role: 'user', parts: [{ kind: 'text', text: 'hi' }] };

async function started(
  settings: Partial<Parameters<typeof startAgent>[0]> = {},
  script: Script = inTurn(says('hello there')),
) {
  const model = await startScriptedModel(script);
  const agent: Listening = await startAgent({
    name: 'lead',
    modelUrl: model.url,
    model: 'gpt-4o',
    ...settings,
  });
  open.unshift(agent, model);
  return { agent, model };
}
