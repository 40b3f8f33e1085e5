import { z } from 'zod';
import { tool } from '../../../../runtime/mcp-server/tool';
import {
  a2aClient,
  ALL_TASKS,
  answerOf,
  request,
  send,
  shortly,
  stateOf,
  textOf,
  userMessage,
} from '../../../support/a2a-client';
import { getJson, until } from '../../../support/http';
import { startToolServer } from '../../../support/in-process';
import { asksFor, inTurn, says } from '../../../support/scripted-model';
import { open } from '../../../support/open-lead';
import { openAgent, watchTests } from './open-agent';

const telemetry = watchTests();

describe.each(['1.0', '0.3'] as const)('the official client, by A2A %s,', (version) => {
  test('sends a message and gets a task with the answer', async () => {
    const { agent, model } = await openAgent();
    const client = await a2aClient(agent.url, { version });
    const task = await send(client, userMessage('hi'));
    expect([stateOf(task), answerOf(task)]).toEqual(['COMPLETED', 'hello there']);
    expect(model.requests[0]?.messages.at(-1)).toEqual({ role: 'user', content: 'hi' });
    const again = await client.getTask({ tenant: '', id: task.id });
    expect([again.id, stateOf(again), answerOf(again)]).toEqual([task.id, 'COMPLETED', 'hello there']);
    expect(again.history.map(({ parts }) => textOf(parts))).toEqual(['hi']);
  });

  test('gets the answer piece by piece', async () => {
    const { agent, model } = await openAgent();
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
    const { agent, model } = await openAgent();
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
    const { agent, model } = await openAgent({}, () => new Promise(() => undefined));
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
    const { agent } = await openAgent({ mcpServers, toolApproval: ['files/*'] }, script);
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
    const { agent } = await openAgent();
    const client = await a2aClient(agent.url, { version });
    await expect(call(client)).rejects.toMatchObject({ envelopeCode: code });
  });

  test('shows its key, or is refused before anything is looked at', async () => {
    const { agent, model } = await openAgent({ apiKeys: ['not-a-key'] });
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
