import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { tool } from '../../../../runtime/mcp-server/tool';
import { contentOf, openStream, progressIn, chunksIn, type StreamPart } from '../../../support/chat-stream';
import { signalled, until } from '../../../support/http';
import { startToolServer } from '../../../support/in-process';
import { asksFor, inTurn, says } from '../../../support/scripted-model';
import { chunk, DONE } from '../../../support/streamed-completion';
import { startTestTelemetry } from '../../../support/telemetry';
import { closeAll, open, openLead, QUESTION } from '../../../support/open-lead';

const telemetry = startTestTelemetry();

beforeEach(() => telemetry.reset());
afterEach(closeAll);
afterAll(() => telemetry.close());

describe('while there is nothing to say, a comment shows that the reply lives', () => {
  test('before the model speaks', async () => {
    const asked = signalled();
    const { agent } = await openLead(() => asked.happened.then(() => says('four')), {
      streamHeartbeatMs: 20,
    });
    const { status, next, rest } = await openStream(agent.url, QUESTION);
    expect(status).toBe(200);
    expect(await next()).toMatchObject({ chunk: { choices: [{ delta: { role: 'assistant' } }] } });
    expect(await next()).toEqual({ kind: 'comment', text: 'still here' });
    expect(await next()).toEqual({ kind: 'comment', text: 'still here' });
    asked.happen();
    expect(contentOf(chunksIn(await rest()))).toBe('four');
  });

  test('while a tool works', async () => {
    const done = signalled();
    const dig = tool({
      description: 'Digs',
      input: z.object({}),
      handler: () => done.happened.then(() => 'x'),
    });
    const digger = await startToolServer('digger', { dig });
    open.push(digger);
    const { agent } = await openLead(inTurn(asksFor(['dig', {}]), says('dug')), {
      mcpServers: [{ name: 'digger', url: digger.url }],
      streamHeartbeatMs: 20,
    });
    const { next, rest } = await openStream(agent.url, QUESTION);
    const parts: StreamPart[] = [];
    const isWorking = () => progressIn(chunksIn(parts)).length > 0;
    while (!(isWorking() && parts.at(-1)?.kind === 'comment')) parts.push((await next()) as StreamPart);
    done.happen();
    const chunks = chunksIn(await rest());
    expect(progressIn(chunks)).toMatchObject([{ name: 'dig', state: 'succeeded' }]);
    expect(contentOf(chunks)).toBe('dug');
  });

  test('and none is sent while there is something', async () => {
    const { agent } = await openLead(inTurn(says('a b c d')), { streamHeartbeatMs: 60_000 });
    const { rest } = await openStream(agent.url, QUESTION);
    expect((await rest()).filter(({ kind }) => kind === 'comment')).toEqual([]);
  });
});

/** Far more than the sockets between model and client hold. */
const PIECES = 1_000;
const PIECE = 'x'.repeat(64 * 1024);

test('a client that does not read holds the model up, and then gets all of it', async () => {
  let sent = 0;
  const { agent, model } = await openLead(() => ({
    events: (async function* () {
      for (; sent < PIECES; sent++) yield chunk({ content: PIECE });
      yield chunk({}, 'stop');
      yield DONE;
    })(),
  }));
  const reply = await responseOf(agent.url);
  let turns = 0;
  let last = -1;
  // A hundred turns of the event loop in which nothing moves.
  await until(() => {
    turns = sent === last ? turns + 1 : 0;
    last = sent;
    return sent > 0 && turns > 100;
  });
  expect(sent).toBeLessThan(PIECES);
  const received = await text(reply);
  await model.answered;
  expect(received.split(PIECE)).toHaveLength(PIECES + 1);
});

test('a client that never reads is given up', async () => {
  const { agent, model } = await openLead(
    () => ({
      events: (async function* () {
        for (let sent = 0; sent < PIECES; sent++) yield chunk({ content: PIECE });
      })(),
    }),
    { streamHeartbeatMs: 20 },
  );
  const reply = await responseOf(agent.url);
  await model.hungUp;
  await expect(text(reply)).rejects.toThrow('aborted');
  expect((await telemetry.span('agent.agentic_loop')).attributes['kaos.cancelled']).toBe(true);
});

/** A streamed reply that nobody reads yet. */
async function responseOf(url: string): Promise<IncomingMessage> {
  const headers = { 'content-type': 'application/json' };
  const client = httpRequest(`${url}/v1/chat/completions`, { method: 'POST', headers });
  client.end(JSON.stringify({ ...QUESTION, stream: true }));
  const [reply] = (await once(client, 'response')) as [IncomingMessage];
  return reply;
}
