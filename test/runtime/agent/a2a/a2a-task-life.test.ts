import { Task } from '@a2a-js/sdk';
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
  userMessage,
} from '../../../support/a2a-client';
import { signalled, until } from '../../../support/http';
import { startToolServer } from '../../../support/in-process';
import { asksFor, inTurn, says } from '../../../support/scripted-model';
import { only } from '../../../support/span-tree';
import { chunk, DONE } from '../../../support/streamed-completion';
import { open } from '../../../support/open-lead';
import { openAgent, watchTests } from './open-agent';

const telemetry = watchTests();

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

describe('a task', () => {
  test('that fails says why, and nothing of the inside', async () => {
    const { agent } = await openAgent({}, () => ({ status: 500, body: 'http://10.0.0.7' }));
    const task = await send(await a2aClient(agent.url), userMessage('hi'));
    expect(stateOf(task)).toBe('FAILED');
    expect(JSON.stringify(task.status)).toContain('the model gateway answered 500');
    expect(JSON.stringify(task)).not.toContain('10.0.0.7');
  });

  test('goes on the trace of its caller, whether it streams or not, and says which it is', async () => {
    const { agent } = await openAgent();
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
    const { agent, model } = await openAgent({}, () => new Promise(() => undefined));
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
    const { agent, model } = await openAgent({}, async () => {
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
    const { agent } = await openAgent({}, () => ({
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
    const { agent } = await openAgent({}, () => new Promise(() => undefined));
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
    const { agent, model } = await openAgent({ mcpServers, toolApproval: ['wipe'] }, script);
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
    const { agent } = await openAgent({ streamHeartbeatMs: 5 }, async () => {
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

const OLD_MESSAGE = { kind: 'message', messageId: '1', role: 'user', parts: [{ kind: 'text', text: 'hi' }] };
